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
        problem = null;
        var columns = ImmutableArray.CreateBuilder<Column>();
        foreach (var element in elements)
        {
            var type = TypeResolver.Resolve(element.Type, custom, out problem);
            if (type is null)
            {
                return null;
            }

            if (Check(kind, element, type, columns) is { } message)
            {
                problem = (element, message);
                return null;
            }

            columns.Add(new Column(element.Name.Text, type, RoleOf(element.Constraint)) { HeaderKey = element.Header });
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

    private static string? Check(SourceKind kind, ColumnDefinition element, SqlType type, IEnumerable<Column> before)
    {
        var name = element.Name.Text;
        if (PseudoColumns.Reserved.Contains(name))
        {
            return $"'{name}' is a reserved column name. You cannot use it as a name for a column.";
        }

        if (before.Any(c => c.Name == name))
        {
            return $"Duplicate column name: `{name}`";
        }

        return element.Constraint switch
        {
            ColumnConstraint.Key when kind == SourceKind.Table =>
                $"Column `{name}` is a 'KEY' column: please use 'PRIMARY KEY' for tables.\nTables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.",
            ColumnConstraint.PrimaryKey when kind == SourceKind.Stream =>
                $"Column `{name}` is a 'PRIMARY KEY' column: please use 'KEY' for streams.\nTables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.",
            ColumnConstraint.Headers when type != HeadersType =>
                $"Invalid type for HEADERS column: expected {HeadersType}, got {type}",
            ColumnConstraint.Header when type != SqlType.Bytes =>
                $"Invalid type for HEADER('{element.Header}') column: expected BYTES, got {type}",
            _ => null,
        };
    }

    private static SqlType HeadersType { get; } =
        SqlType.Array(SqlType.Struct(new SqlField("KEY", SqlType.String), new SqlField("VALUE", SqlType.Bytes)));
}
