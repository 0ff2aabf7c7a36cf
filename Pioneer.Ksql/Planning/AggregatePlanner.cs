using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Plans GROUP BY: aggregates, HAVING, and the SELECT list over them.</summary>
internal sealed class AggregatePlanner(PlanningContext context, Query written)
{
    private const string VariablePrefix = "KSQL_AGG_VARIABLE_";
    private const string ArgumentPrefix = "KSQL_INTERNAL_COL_";

    private readonly ImmutableArray<Expression> _groupBy =
    [
        .. context.Query.GroupBy.Count > 0
            ? context.Query.GroupBy.Select(context.Sources.Internal)
            : [new IntegerLiteral(1)],
    ];

    private DiagnosticBag Diagnostics => context.Diagnostics;

    private bool IsImplicit => context.Query.GroupBy.Count == 0;

    private ImmutableArray<Column> Bounds => context.Query.Window is null ? [] : PseudoColumns.OfWindow;

    /// <summary>The projection over the groups; null where an error was reported.</summary>
    public ProjectNode? Run(PlanNode input)
    {
        var selected = new SelectExpansion(context, written).Run(input);
        var rules = new GroupingRules(context, _groupBy);
        var (where, having) = (Inner(context.Query.Where), Inner(context.Query.Having));
        if (Diagnostics.HasErrors || !CheckFunctions(selected) || !rules.Check(selected, where, IsImplicit ? [] : _groupBy, having))
        {
            return null;
        }

        if (!CheckTypes(input, selected, rules, out var keys) || !CheckHaving(input, having, rules))
        {
            return null;
        }

        var aggregate = CheckKeysSelected(selected, rules) ? Aggregate(input, rules, keys) : null;
        return aggregate is null ? null : Project(aggregate, rules, having, selected);
    }

    private bool CheckFunctions(IReadOnlyList<SelectedColumn> selected)
    {
        var unknown = selected
            .SelectMany(s => SyntaxTree.DescendantsAndSelf(s.Expression).OfType<FunctionCall>())
            .FirstOrDefault(c => context.Options.Functions.Find(c.Name.Text) is null);
        return unknown is null || (context.Binder([]).Bind(unknown, "SELECT") is not null);
    }

    private Expression? Inner(Expression? expression) => expression is null ? null : context.Sources.Internal(expression);

    // Types are those over the source; aggregates have the type of their result there.
    private bool CheckTypes(PlanNode input, IReadOnlyList<SelectedColumn> selected, GroupingRules rules, out ImmutableArray<Column> keys)
    {
        keys = [];
        ImmutableArray<Column> columns = [.. input.Schema.Columns, .. Bounds];
        var binder = context.Binder(columns, CallsAllowed.Aggregates);
        var typed = selected.Select(s => (Selected: s, Bound: binder.Bind(WithArguments(s.Expression, rules), "SELECT"))).ToList();
        if (typed.Exists(t => t.Bound is null))
        {
            return false;
        }

        var result = new ResultColumns(context, input, [.. typed.Select(t => new ResultColumn(t.Selected, t.Bound!, -1))]);
        if (!result.CheckSelected())
        {
            return false;
        }

        var named = Keys(input, selected);
        if (named is null)
        {
            return false;
        }

        keys = named.Value;
        var names = keys.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
        if (context.IsPersistent && selected.All(s => names.Contains(s.Name) && _groupBy.Contains(s.Expression)))
        {
            return Fail("NoValueColumns", "The projection contains no value columns.");
        }

        return KeyRules.CheckTypes(keys, GroupSpan, Diagnostics);
    }

    private TextSpan GroupSpan => IsImplicit
        ? context.Query.Span
        : TextSpan.FromBounds(context.Query.GroupBy[0].Span.Start, context.Query.GroupBy[^1].Span.End);

    private ImmutableArray<Column>? Keys(PlanNode input, IReadOnlyList<SelectedColumn> selected)
    {
        var naming = new ColumnNaming(input.Schema.Columns);
        var keys = ImmutableArray.CreateBuilder<Column>();
        foreach (var expression in _groupBy)
        {
            string[] names = [.. selected.Where(s => s.Expression == expression).Select(s => s.Name)];
            if (names.Length > 1 && context.IsPersistent)
            {
                var quoted = KeyRules.Joined([.. names.Select(Identifiers.Quote)], "and");
                KeyRules.Twice(context, $"The projection contains a key column more than once: {quoted}.");
                return null;
            }

            if (context.Binder(input.Schema.Columns).Bind(expression, "GROUP BY") is not { Type: { } type })
            {
                return null;
            }

            keys.Add(new Column(names.FirstOrDefault() ?? naming.NameFor(expression), type, ColumnRole.PrimaryKey));
        }

        return keys.ToImmutable();
    }

    private bool CheckHaving(PlanNode input, Expression? having, GroupingRules rules) => having is null
        || context.Binder(input.Schema.Columns, CallsAllowed.Aggregates).BindFilter(WithArguments(having, rules), "HAVING") is not null;

    private static Expression WithArguments(Expression expression, GroupingRules rules) => ExpressionRewriter.Rewrite(
        expression,
        e => e is FunctionCall { Arguments.Count: 0 } call && rules.WithArgument(call) is var whole && rules.Calls.Contains(whole)
            ? whole
            : null);

    private bool CheckKeysSelected(IReadOnlyList<SelectedColumn> selected, GroupingRules rules)
    {
        Expression[] missing = [.. _groupBy.Where(g => selected.All(s => s.Expression != g))];
        if (!context.IsPersistent || missing.Length == 0)
        {
            return true;
        }

        if (IsImplicit)
        {
            var functions = string.Join(", ", rules.Calls.Select(ExpressionText.Of));
            return Fail(
                "GroupByMissing",
                $"CREATE TABLE AS SELECT statement does not support aggregate function [{functions}] without a GROUP BY clause.");
        }

        KeyRules.Missing(context, "grouping expression", missing);
        return false;
    }

    private AggregateNode? Aggregate(PlanNode input, GroupingRules rules, ImmutableArray<Column> keys)
    {
        var binder = context.Binder(input.Schema.Columns);
        var prepared = rules.Required.Select(r => Prepared(r.Name.Text, binder.Bind(r, "SELECT")!)).ToList();
        var required = prepared.Count;
        var calls = ImmutableArray.CreateBuilder<AggregateCall>();
        foreach (var syntax in rules.Calls)
        {
            if (Call(input, syntax, prepared) is not { } call)
            {
                return null;
            }

            calls.Add(call);
        }

        if (!CheckSource(input, calls))
        {
            return null;
        }

        var group = _groupBy.Select(g => binder.Bind(g, "GROUP BY")!).ToImmutableArray();
        var columns = prepared.Take(required).Select(p => p.Column)
            .Concat(calls.Select((c, i) => new Column($"{VariablePrefix}{i}", c.Function.ReturnType, ColumnRole.Value)))
            .Concat(Bounds);
        return new AggregateNode(
            "Aggregate",
            input,
            [.. prepared],
            group,
            required,
            calls.ToImmutable(),
            Window(),
            NeedsRepartition(input),
            new PlanSchema(keys, [.. columns]),
            new InternalFormats(
                KeyFormats.Carrying(KeyFormats.Of(input), keys, context.Options.DefaultKeyFormat), KeyFormats.ValueOf(input)));
    }

    private static PlanColumn Prepared(string name, BoundExpression bound) => new(new Column(name, bound.Type!, ColumnRole.Value), bound);

    private AggregateCall? Call(PlanNode input, FunctionCall syntax, List<PlanColumn> prepared)
    {
        if (context.Binder(input.Schema.Columns, CallsAllowed.Aggregates).Bind(syntax, "SELECT") is not BoundAggregateCall bound)
        {
            return null;
        }

        var arguments = bound.Arguments.Select(a => IndexOf(prepared, a)).ToImmutableArray();
        try
        {
            return new AggregateCall(bound.Function, bound.Function.Bind(context.Options.Limits), arguments);
        }
        catch (ArgumentException e)
        {
            Diagnostics.Error("WrongConstant", syntax.Span, e.Message);
            return null;
        }
    }

    private static int IndexOf(List<PlanColumn> prepared, BoundExpression argument)
    {
        var at = argument is BoundColumn column ? prepared.FindIndex(p => p.Expression is BoundColumn c && c.Index == column.Index) : -1;
        if (at >= 0)
        {
            return at;
        }

        prepared.Add(Prepared($"{ArgumentPrefix}{prepared.Count}", argument));
        return prepared.Count - 1;
    }

    private bool CheckSource(PlanNode input, IReadOnlyList<AggregateCall> calls)
    {
        if (input.Kind == RelationKind.Table && context.Query.Window is { } window)
        {
            return Fail("WindowOverTable", "Windowing not supported for table aggregations.", window.Span);
        }

        var final = calls.Where(c => c.Body.Undo is null).Select(c => c.Function.Info.Name).Distinct().ToList();
        if (input.Kind == RelationKind.Table && final.Count > 0)
        {
            return Fail(
                "AggregateOverTable",
                $"The aggregation function(s) ({string.Join(", ", final)}) cannot be applied to a table source, only to a stream source.");
        }

        var format = KeyFormats.ValueOf(input);
        if (format.Kind == FormatKind.Delimited && calls.Any(c => c.Body.State is SqlArray or SqlMap or SqlStruct))
        {
            return Fail(
                "StateNotStorable",
                "One of the functions used in the statement has an intermediate type that the value format can not handle. "
                    + "Please remove the function or change the format.");
        }

        return true;
    }

    private bool NeedsRepartition(PlanNode input) => input.Kind == RelationKind.Table
        || input.Scans.Any(s => s.Source.Relation.Window is not null)
        || _groupBy.Length != input.Schema.Keys.Length
        || !_groupBy.Zip(input.Schema.Keys).All(p => p.First is ColumnReference { Name.Text: var name } && name == p.Second.Name);

    private WindowSpec? Window()
    {
        const long DayMs = 86_400_000;
        if (context.Query.Window is not { } window)
        {
            return null;
        }

        var (kind, size, advance) = window switch
        {
            TumblingWindow tumbling => (WindowKind.Tumbling, tumbling.Size, tumbling.Size),
            HoppingWindow hopping => (WindowKind.Hopping, hopping.Size, hopping.Advance),
            _ => (WindowKind.Session, ((SessionWindow)window).Gap, ((SessionWindow)window).Gap),
        };
        var sizeMs = Durations.Milliseconds(size);
        return new WindowSpec(
            kind,
            sizeMs,
            Durations.Milliseconds(advance),
            window.Grace is { } grace ? Durations.Milliseconds(grace) : Math.Max(DayMs - sizeMs, 0),
            window.Retention is { } retention ? Durations.Milliseconds(retention) : null,
            context.Query.Emit == EmitMode.Final);
    }

    private ProjectNode? Project(
        AggregateNode aggregate, GroupingRules rules, Expression? having, IReadOnlyList<SelectedColumn> selected)
    {
        PlanNode node = aggregate;
        var binder = context.Binder(aggregate.Schema.Columns);
        if (having is not null)
        {
            node = new FilterNode("HavingFilter", aggregate, binder.BindFilter(OverGroups(having, rules), "HAVING")!);
        }

        var columns = selected.Select(s => new ResultColumn(
            s,
            Fitted(binder.Bind(OverGroups(s.Expression, rules), "SELECT")!, selected, s),
            context.IsPersistent ? _groupBy.IndexOf(s.Expression) : -1));
        return Diagnostics.HasErrors ? null : new ResultColumns(context, node, [.. columns]).ToNode();
    }

    private BoundExpression Fitted(BoundExpression bound, IReadOnlyList<SelectedColumn> selected, SelectedColumn item)
    {
        var at = selected.TakeWhile(s => s != item).Count();
        return context.Options.Target is { } target && at < target.Columns.Length
            ? ExpressionBinder.Coerce(bound, target.Columns[at].Type)
            : bound;
    }

    private static Expression OverGroups(Expression expression, GroupingRules rules) => ExpressionRewriter.Rewrite(expression, e =>
        e is FunctionCall call && rules.Calls.IndexOf(rules.WithArgument(call)) is var at and >= 0
            ? new ColumnReference(null, new Identifier($"{VariablePrefix}{at}")) { Span = call.Span }
            : null);

    private bool Fail(string code, string message, TextSpan? span = null)
    {
        Diagnostics.Error(code, span ?? context.SelectSpan, message);
        return false;
    }
}
