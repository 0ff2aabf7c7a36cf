using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>A column of a result.</summary>
/// <param name="Selected">What was selected.</param>
/// <param name="Expression">The same over the rows of the step below.</param>
/// <param name="KeyIndex">Which column of the key it is; -1 for none.</param>
internal sealed record ResultColumn(SelectedColumn Selected, BoundExpression Expression, int KeyIndex);

/// <summary>
/// Sorts what was selected into the key and the value of the result. A result that is kept has its key in the record's key, in the key's
/// own order; one that is only looked at has all columns in the order of the SELECT.
/// </summary>
internal sealed class ResultColumns(PlanningContext context, PlanNode input, IReadOnlyList<ResultColumn> columns)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    /// <summary>Whether the columns make a result; reports why not.</summary>
    public bool Check()
    {
        if (!CheckNulls())
        {
            return false;
        }

        return context.IsPersistent
            ? CheckNames(Values, "value")
                && CheckNames(Keys.Where(k => k.IsFirstOfName), "key")
                && CheckKeys()
                && CheckValues()
                && CheckTimestamp()
            : CheckSelected();
    }

    /// <summary>Whether every column has a type and a name of its own, keys or not; reports what has not.</summary>
    public bool CheckSelected() => CheckNulls() && CheckNames(columns.Select(c => (c, true)), "value");

    private bool CheckNulls()
    {
        if (columns.FirstOrDefault(c => c.Expression.Type is null) is { } untyped)
        {
            return Fail(
                "UntypedNull",
                untyped.Selected.Span,
                "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
                "CAST(NULL AS STRING), for example, has a type.");
        }

        return true;
    }

    /// <summary>The step that computes the columns.</summary>
    public ProjectNode ToNode()
    {
        ImmutableArray<PlanColumn> computed =
        [
            .. context.IsPersistent
                ? Values.Select(v => new PlanColumn(ColumnOf(v.Column, ColumnRole.Value), v.Column.Expression))
                : columns.Select(c => new PlanColumn(ColumnOf(c, RoleOf(c)), c.Expression)),
        ];
        int[] keyFrom = context.Options.HasSelectedKeys
            ? [.. columns.Where(c => c.KeyIndex >= 0).Select(c => c.KeyIndex).Distinct()]
            : [.. Enumerable.Range(0, input.Schema.Keys.Length)];
        ImmutableArray<Column> keys =
        [
            .. keyFrom.Select(i => columns.FirstOrDefault(c => c.KeyIndex == i) is { } column
                ? input.Schema.Keys[i] with { Name = column.Selected.Name }
                : input.Schema.Keys[i]),
        ];
        return new ProjectNode("Project", input, computed, new PlanSchema(keys, [.. computed.Select(c => c.Column)]))
        {
            KeyFrom = [.. keyFrom],
            Selected = [.. columns.Select(c => new ProjectedColumn(ColumnOf(c, RoleOf(c)), c.Expression, c.Selected.Written))],
        };
    }

    private IEnumerable<(ResultColumn Column, bool IsFirstOfName)> Keys => columns
        .Where(c => c.KeyIndex >= 0)
        .Select(c => (c, columns.First(o => o.KeyIndex == c.KeyIndex && o.Selected.Name == c.Selected.Name) == c));

    // The bounds of the windows are in the key already.
    private IEnumerable<(ResultColumn Column, bool)> Values => columns
        .Where(c => c.KeyIndex < 0 && !(PseudoColumns.IsWindowBound(c.Selected.Name) && c.Expression is BoundColumn))
        .Select(c => (c, true));

    private ColumnRole RoleOf(ResultColumn column) => column.KeyIndex >= 0 ? input.Schema.Keys[column.KeyIndex].Role : ColumnRole.Value;

    private static Column ColumnOf(ResultColumn column, ColumnRole role) => new(column.Selected.Name, column.Expression.Type!, role);

    private bool CheckNames(IEnumerable<(ResultColumn Column, bool)> of, string what)
    {
        if (of.GroupBy(c => c.Column.Selected.Name).FirstOrDefault(g => g.Count() > 1) is not { } twice)
        {
            return true;
        }

        var column = twice.ElementAt(1).Column;
        var shown = ColumnOf(column, what == "key" ? ColumnRole.Key : ColumnRole.Value);
        Diagnostics.Error(
            "DuplicateColumn",
            column.Selected.Span,
            $"The projection has more than one column called `{twice.Key}`.",
            "Give one of them another name with AS.",
            $"Duplicate {what} columns found in schema: {shown}");
        return false;
    }

    private bool CheckKeys()
    {
        foreach (var key in Keys.Where(k => k.IsFirstOfName).GroupBy(k => k.Column.KeyIndex))
        {
            string[] names = [.. key.Select(k => k.Column.Selected.Name).Order(StringComparer.Ordinal)];
            if (names.Length > 1)
            {
                var column = Identifiers.Quote(input.Schema.Keys[key.Key].Name);
                KeyRules.Twice(
                    context,
                    $"The projection contains a key column ({column}) more than once, aliased as: {KeyRules.Joined(names, "and")}.");
                return false;
            }
        }

        return true;
    }

    private bool CheckTimestamp()
    {
        var named = Keys.Where(k => k.IsFirstOfName).Concat(Values).Select(c => ColumnOf(c.Column, RoleOf(c.Column)));
        return TimestampRules.Problem(context.Options.SinkTimestamp, named) is not { } problem
            || Fail("InvalidTimestamp", context.SelectSpan, problem, "Select the column, or name another.");
    }

    private bool CheckValues() => Values.Any()
        || Fail(
            "NoValueColumns",
            context.SelectSpan,
            "The projection contains no value columns.",
            "Select at least one column besides the key.");

    private bool Fail(string code, TextSpan span, string message, string hint)
    {
        Diagnostics.Error(code, span, message, hint);
        return false;
    }
}
