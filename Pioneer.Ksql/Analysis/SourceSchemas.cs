using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>Turns the column list of a CREATE STREAM or TABLE into a schema.</summary>
public static class SourceSchemas
{
    /// <summary>The schema, or null with what is wrong where.</summary>
    /// <param name="kind">Streams have KEY columns, tables PRIMARY KEY columns.</param>
    /// <param name="elements">The columns as written.</param>
    /// <param name="custom">Types made by CREATE TYPE, by name; null for none.</param>
    /// <param name="problem">The part that is wrong and what to say about it.</param>
    public static RelationSchema? Resolve(
        SourceKind kind,
        SyntaxList<ColumnDefinition> elements,
        Func<string, SqlType?>? custom,
        out (SyntaxNode Node, string Message)? problem)
    {
        (SyntaxNode, string)? found = null;
        var schema = Resolve(kind, elements, custom, (node, _, message) => found = (node, message));
        problem = found;
        return schema;
    }

    /// <summary>The schema, or null and what is wrong with it in <paramref name="diagnostics"/>.</summary>
    /// <param name="kind">Streams have KEY columns, tables PRIMARY KEY columns.</param>
    /// <param name="elements">The columns as written.</param>
    /// <param name="custom">Types made by CREATE TYPE, by name; null for none.</param>
    /// <param name="diagnostics">Where reports go.</param>
    public static RelationSchema? Resolve(
        SourceKind kind,
        SyntaxList<ColumnDefinition> elements,
        Func<string, SqlType?>? custom,
        DiagnosticBag diagnostics)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        return Resolve(kind, elements, custom, (node, stage, message) =>
        {
            diagnostics.Stage = stage;
            if (node is ColumnDefinition && stage == DiagnosticStage.Building)
            {
                diagnostics.PlacedError("InvalidColumn", node.Span, message);
            }
            else
            {
                diagnostics.Error("InvalidColumn", node.Span, message);
            }
        });
    }

    private static RelationSchema? Resolve(
        SourceKind kind,
        SyntaxList<ColumnDefinition> elements,
        Func<string, SqlType?>? custom,
        Action<SyntaxNode, DiagnosticStage, string> report)
    {
        var columns = ImmutableArray.CreateBuilder<Column>();
        foreach (var element in elements)
        {
            if (TypeResolver.Resolve(element.Type, custom, out var problem) is not { } type)
            {
                report(problem!.Value.Node, DiagnosticStage.Building, problem.Value.Message);
                return null;
            }

            if (CheckConstraint(kind, element) is { } misplaced)
            {
                report(element, DiagnosticStage.Building, misplaced);
                return null;
            }

            columns.Add(new Column(element.Name.Text, type, RoleOf(element.Constraint)) { HeaderKey = element.Header });
        }

        for (var i = 0; i < columns.Count; i++)
        {
            if (Check(elements[i], columns[i], columns.Take(i)) is { } message)
            {
                report(elements[i], DiagnosticStage.Planning, message);
                return null;
            }
        }

        return new RelationSchema(columns.ToImmutable());
    }

    private static ColumnRole RoleOf(ColumnConstraint constraint) => constraint switch
    {
        ColumnConstraint.Key => ColumnRole.Key,
        ColumnConstraint.PrimaryKey => ColumnRole.PrimaryKey,
        ColumnConstraint.Headers or ColumnConstraint.Header => ColumnRole.Headers,
        _ => ColumnRole.Value,
    };

    private static string? Check(ColumnDefinition element, Column column, IEnumerable<Column> before)
    {
        if (PseudoColumns.Reserved.Contains(column.Name))
        {
            return $"'{column.Name}' is a reserved column name. You cannot use it as a name for a column.";
        }

        if (before.Any(c => c.Name == column.Name))
        {
            return $"Duplicate column names: {Identifiers.Quote(column.Name)}";
        }

        Column[] headers = [.. before.Where(c => c.Role == ColumnRole.Headers)];
        return element.Constraint switch
        {
            ColumnConstraint.Headers when column.Type != HeadersType =>
                $"Invalid type for HEADERS column: expected {HeadersType}, got {column.Type}",
            ColumnConstraint.Header when column.Type != SqlType.Bytes =>
                $"Invalid type for HEADER('{element.Header}') column: expected BYTES, got {column.Type}",
            ColumnConstraint.Headers when headers.Length > 0 => "Schema already contains a HEADERS column.",
            ColumnConstraint.Header when Array.Exists(headers, h => h.HeaderKey is null) => "Schema already contains a HEADERS column.",
            ColumnConstraint.Header when Array.Exists(headers, h => h.HeaderKey == element.Header) =>
                $"Schema already contains a HEADER('{element.Header}') column.",
            _ => null,
        };
    }

    private static string? CheckConstraint(SourceKind kind, ColumnDefinition element)
    {
        var (word, right, where) = (element.Constraint, kind) switch
        {
            (ColumnConstraint.Key, SourceKind.Table) => ("KEY", "PRIMARY KEY", "tables"),
            (ColumnConstraint.PrimaryKey, SourceKind.Stream) => ("PRIMARY KEY", "KEY", "streams"),
            _ => default,
        };
        return word is null
            ? null
            : $"Column {Identifiers.Quote(element.Name.Text)} is a '{word}' column: please use '{right}' for {where}.\n"
                + "Tables have PRIMARY KEYs, which are unique and NON NULL.\n"
                + "Streams have KEYs, which have no uniqueness or NON NULL constraints.";
    }

    private static SqlType HeadersType { get; } =
        SqlType.Array(SqlType.Struct(new SqlField("KEY", SqlType.String), new SqlField("VALUE", SqlType.Bytes)));
}
