using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Embedded.Ksql.Queries;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>INSERT INTO s (..) VALUES (..): one record, written at once.</summary>
internal static class InsertValuesExecutor
{
    /// <summary>Computes the row and writes it.</summary>
    /// <exception cref="KsqlException">The statement is refused.</exception>
    public static async Task ExecuteAsync(KsqlService service, ParsedStatement statement, InsertValues insert)
    {
        var name = insert.Target.Text;
        var target = service.Metastore.Find(name)
            ?? throw KsqlException.BadStatement($"Cannot insert values into an unknown stream/table: {Identifiers.Quote(name)}", statement.Text);
        if (target.IsReadOnly)
        {
            throw KsqlException.BadStatement($"Cannot insert values into read-only {target.TypeName.ToLowerInvariant()}: {name}", statement.Text);
        }

        if (target.Window is not null)
        {
            throw KsqlException.BadStatement($"Cannot insert values into windowed stream/table: {Identifiers.Quote(name)}", statement.Text);
        }

        var (cells, time) = Row(service, target, statement, insert);
        if (target.Kind == RelationKind.Table && target.Keys.Any(k => cells[target.Schema.Columns.IndexOf(k)] is null))
        {
            throw KsqlException.BadStatement($"Failed to insert values into '{name}'. Value for primary key column(s) {string.Join(", ", target.Keys.Select(k => Identifiers.Quote(k.Name)))} is required for tables", statement.Text);
        }

        var writer = new RowWriter(target, target.Schema.Columns);
        using var producer = service.Clients.Producer($"_confluent-ksql-{service.Id}insert", transactionalId: null);
        await producer.ProduceAsync(target.Topic, writer.Write(cells, time, isTombstone: false, headers: null));
    }

    private static (object?[] Cells, long TimeMs) Row(KsqlService service, DataSource target, ParsedStatement statement, InsertValues insert)
    {
        var names = insert.Columns.Count > 0 ? insert.Columns.Select(c => c.Text).ToArray() : [.. target.Schema.Columns.Where(c => c.Role != ColumnRole.Headers).Select(c => c.Name)];
        if (names.Length != insert.Values.Count)
        {
            throw KsqlException.BadStatement($"Failed to insert values into '{target.Name}'. Expected number columns and values to match: {names.Length}, {insert.Values.Count}", statement.Text);
        }

        var cells = new object?[target.Schema.Columns.Length];
        var time = service.Services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] == PseudoColumns.RowTime)
            {
                time = (long)Value(service, target, statement, insert.Values[i], new Column(names[i], SqlType.Bigint, ColumnRole.Value))!;
                continue;
            }

            var column = target.Schema.Find(names[i]) ?? throw KsqlException.BadStatement($"Failed to insert values into '{target.Name}'. Column name {Identifiers.Quote(names[i])} does not exist.", statement.Text);
            cells[target.Schema.Columns.IndexOf(column)] = Value(service, target, statement, insert.Values[i], column);
        }

        return (cells, time);
    }

    private static object? Value(KsqlService service, DataSource target, ParsedStatement statement, Expression expression, Column column)
    {
        var (bound, diagnostics) = QueryAnalyzer.AnalyzeExpression(expression, RelationSchema.Empty, statement.Text);
        ParsedStatement.Refuse(diagnostics, statement.Text);
        var value = ExpressionCompiler.Compile(bound!, service.Services).Evaluate([]);
        if (value is null || bound!.Type is not { } type)
        {
            return null;
        }

        // A literal of text stands for dates and times; numbers widen, and a DECIMAL literal fits wherever its digits do.
        var fits = SqlTypeCoercion.CanImplicitlyCast(type, column.Type) || (type.BaseType == SqlBaseType.String && (column.Type.IsTemporal || column.Type.BaseType == SqlBaseType.Bytes))
            || (type.IsNumeric && column.Type is SqlDecimal && type.BaseType != SqlBaseType.Double);
        if (!fits)
        {
            throw KsqlException.BadStatement($"Failed to insert values into '{target.Name}'. Could not evaluate expression: Expected type {column.Type} for field {Identifiers.Quote(column.Name)} but got {type}", statement.Text);
        }

        return SqlValueCast.For(type, column.Type)(value);
    }
}
