using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>INSERT INTO .. VALUES: one record of constants.</summary>
internal sealed class ValueInsertion(StatementScope scope, InsertValues insert)
{
    /// <summary>Carries it out.</summary>
    public StatementOutcome Run()
    {
        var name = insert.Target.Text;
        if (scope.Before.Find(name)?.Relation is not { } target)
        {
            return scope.Refuse($"Cannot insert values into an unknown stream/table: {Identifiers.Quote(name)}{Hint(name)}");
        }

        if (target.IsReadOnly)
        {
            return scope.Refuse($"Cannot insert values into read-only {StatementScope.SmallWord(target.Kind)}: {name}");
        }

        if (target.Window is not null)
        {
            return scope.Refuse("Cannot insert values into windowed stream/table!");
        }

        return Row(target) is { } row ? new StatementOutcome { After = scope.Before, Row = row } : scope.Refused;
    }

    private string Hint(string name) =>
        scope.Before.Sources.Keys.FirstOrDefault(k => string.Equals(k, name, StringComparison.OrdinalIgnoreCase)) is { } other
            ? $"\nDid you mean \"{other}\"? Hint: wrap the source name in double quotes to make it case-sensitive."
            : "";

    private InsertedRow? Row(Relation target)
    {
        var schema = target.Schema;
        string[] names = insert.Columns.Count > 0 ? [.. insert.Columns.Select(c => c.Text)] : [.. schema.Columns.Select(c => c.Name)];
        if (!CheckNames(target, names))
        {
            return null;
        }

        var cells = new object?[schema.Columns.Length];
        long? time = null;
        for (var i = 0; i < names.Length; i++)
        {
            var isTime = names[i] == PseudoColumns.RowTime;
            var column = isTime ? new Column(names[i], SqlType.Bigint, ColumnRole.Value) : schema.Find(names[i])!;
            if (!TryEvaluate(target, insert.Values[i], column, out var value))
            {
                return null;
            }

            if (isTime)
            {
                time = value as long?;
            }
            else
            {
                cells[schema.Columns.IndexOf(column)] = value;
            }
        }

        Column[] missing = [.. schema.Keys.Where(k => cells[schema.Columns.IndexOf(k)] is null)];
        if (target.Kind == RelationKind.Table && missing.Length > 0)
        {
            var keys = KeyRules.Joined([.. missing.Select(k => Identifiers.Quote(k.Name))], "and");
            Fail(target, $"Value for primary key column(s) {keys} is required for tables");
            return null;
        }

        return new InsertedRow(target, [.. cells], time);
    }

    private bool CheckNames(Relation target, string[] names)
    {
        if (names.Length != insert.Values.Count)
        {
            var (wanted, given) = (names.Select(Identifiers.Quote), insert.Values.Select(ExpressionText.Of));
            return insert.Columns.Count > 0
                ? scope.Fail(
                    $"Expected number columns and values to match: {names.Length}, {insert.Values.Count}", DiagnosticStage.Building)
                : Fail(target, $"Expected a value for each column. Expected Columns: [{string.Join(", ", wanted)}]. "
                    + $"Got [{string.Join(", ", given)}]");
        }

        string[] headers = [.. names.Where(n => target.Schema.Find(n) is { Role: ColumnRole.Headers })];
        if (headers.Length > 0)
        {
            return scope.Fail($"Cannot insert into HEADER columns: {string.Join(", ", headers)}");
        }

        return Array.Find(names, n => n != PseudoColumns.RowTime && target.Schema.Find(n) is null) is not { } unknown
            || Fail(target, $"Column name {Identifiers.Quote(unknown)} does not exist.");
    }

    private bool TryEvaluate(Relation target, Expression expression, Column column, out object? value)
    {
        value = null;
        var options = scope.Context.Analysis(scope.Before);
        var (bound, diagnostics) = QueryAnalyzer.AnalyzeExpression(expression, RelationSchema.Empty, scope.Text, options);
        if (bound is null)
        {
            return scope.Accept(diagnostics[0]);
        }

        if (bound.Type is not { } type)
        {
            return true;
        }

        if (!Fits(type, column.Type))
        {
            return Fail(target, $"Expected type {column.Type} for field {Identifiers.Quote(column.Name)} but got "
                + $"{type}({ExpressionText.Of(expression)})");
        }

        try
        {
            value = ExpressionCompiler.Compile(bound, scope.Context.Services).Evaluate([]);
            value = value is null ? null : SqlValueCast.For(type, column.Type)(value);
            return true;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or StackOverflowException))
        {
            return Fail(target, e.Message);
        }
    }

    // Text stands for dates, times and bytes; numbers widen, and a DECIMAL fits wherever its digits do.
    private static bool Fits(SqlType from, SqlType to) => SqlTypeCoercion.CanImplicitlyCast(from, to)
        || (from.BaseType == SqlBaseType.String && (to.IsTemporal || to.BaseType == SqlBaseType.Bytes))
        || (from.IsNumeric && to is SqlDecimal && from.BaseType != SqlBaseType.Double)
        || (from, to) switch
        {
            (SqlArray a, SqlArray b) => Fits(a.Element, b.Element),
            (SqlMap a, SqlMap b) => Fits(a.Key, b.Key) && Fits(a.Value, b.Value),
            (SqlStruct a, SqlStruct b) =>
                a.Fields.All(f => b.Fields.FirstOrDefault(o => o.Name == f.Name) is { } other && Fits(f.Type, other.Type)),
            _ => false,
        };

    private bool Fail(Relation target, string message) => scope.Fail($"Failed to insert values into '{target.Name}'. {message}");
}
