using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>
/// Makes the plan of a query whose names are resolved, checking what ksqlDB checks in the order in which ksqlDB does: of several errors
/// the first found is the one it would answer with.
/// </summary>
/// <param name="context">The query with its names resolved.</param>
/// <param name="written">The query as its author wrote it.</param>
internal sealed class QueryPlanner(PlanningContext context, Query written)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    private Query Query => context.Query;

    /// <summary>The plan, ending in the projection; null where an error was reported.</summary>
    public ProjectNode? Run()
    {
        Diagnostics.Stage = DiagnosticStage.Planning;
        var joins = new JoinAnalysis(context).Run();
        if (joins is null)
        {
            return null;
        }

        new SelectRules(context).Check();
        var known = CheckColumns();
        CheckClauses();
        CheckFormats(joins.Count > 0);
        CheckWindows();
        var source = Diagnostics.IsFull ? null : new SourcePlanner(context).Run(joins);
        return source is null ? null : Plan(source, known);
    }

    // Clauses whose columns are all known are planned even where others are not: their types are worth checking.
    private ProjectNode? Plan(PlanNode node, UnknownColumns unknown)
    {
        if (Query.Where is { } where && !unknown.Where)
        {
            var condition = context.Binder(node.Schema.Columns).BindFilter(context.Sources.Internal(where), "WHERE");
            node = condition is null ? node : new FilterNode("WhereFilter", node, condition);
        }

        if (Query.PartitionBy.Count > 0 || Query.HasEmptyPartitionBy)
        {
            var repartitioned = unknown.PartitionBy ? null : new RepartitionPlanner(context).PartitionBy(node);
            if (repartitioned is null)
            {
                return null;
            }

            node = repartitioned;
        }

        var calls = new FlattenPlanner(context);
        var flattened = calls.Run(node);
        if (flattened is null)
        {
            return null;
        }

        return context.IsAggregate
            ? unknown.Any ? null : new AggregatePlanner(context, written).Run(flattened)
            : new ProjectionPlanner(context, written).Run(flattened, calls);
    }

    // Inside a query rows have more than one column, which Kafka's serialisers can't write.
    private void CheckFormats(bool isJoin)
    {
        var feature = isJoin ? "JOIN" : Query.GroupBy.Count > 0 ? "GROUP BY" : null;
        string[] sources = [.. context.Sources.All.Where(s => s.Relation.ValueFormat.Kind == FormatKind.Kafka).Select(s => s.Alias)];
        if (feature is not null && sources.Length > 0)
        {
            Diagnostics.Error(
                "FormatNotSupported",
                Query.From.Span,
                $"Source(s) {string.Join(", ", sources)} are using the 'KAFKA' value format. This format does not yet support {feature}.",
                "Copy them with another value format.");
        }
    }

    private void CheckWindows()
    {
        if (context.IsPersistent && context.Sources.All.Any(s => s.Relation is { Kind: RelationKind.Table, Window: not null }))
        {
            Diagnostics.Error("WindowedTable", Query.From.Span, "KSQL does not support persistent queries on windowed tables.");
        }
    }

    private UnknownColumns CheckColumns()
    {
        var windows = Query.Window is not null && !context.Sources.IsJoin;
        var mayBeSynthetic = (Query.GroupBy.Count == 0 && Query.Emit != EmitMode.None) || context.IsPersistent;
        var validator = new ColumnValidator(context.Sources, windows, mayBeSynthetic, Diagnostics);
        var where = Query.Where is null || validator.Check(Query.Where, "WHERE");
        var group = All(Query.GroupBy, "GROUP BY");
        var partition = All(Query.PartitionBy, "PARTITION BY");
        var having = Query.Having is null || validator.Check(Query.Having, "HAVING");
        var select = All(Query.Select.OfType<SelectExpression>().Select(i => i.Expression), "SELECT");
        return new UnknownColumns(!where, !partition, !(where && group && partition && having && select));

        bool All(IEnumerable<Expression> expressions, string clause) =>
            expressions.TakeWhile(_ => !Diagnostics.IsFull).Aggregate(true, (known, e) => validator.Check(e, clause) && known);
    }

    private void CheckClauses()
    {
        if (Query.Window is { } window && !context.IsAggregate)
        {
            Diagnostics.PlacedError("WindowWithoutGroupBy", window.Span, "WINDOW clause requires a GROUP BY clause.", "Add GROUP BY.");
        }

        if (Query.Having is { } having && !context.IsAggregate)
        {
            Diagnostics.Error("HavingWithoutGroupBy", having.Span, "HAVING requires a GROUP BY clause.", "Write the condition as WHERE.");
        }

        if (Query.Emit == EmitMode.Final && !(Query.GroupBy.Count > 0 && Query.Window is not null))
        {
            Diagnostics.Error(
                "FinalWithoutWindow", Query.Span, "EMIT FINAL is only supported for windowed aggregations.", "Use EMIT CHANGES.");
        }

        if (Query.Limit is { } limit && context.IsPersistent)
        {
            Diagnostics.Error(
                "LimitNotAllowed",
                limit.Span,
                "CREATE STREAM AS SELECT statements don't support LIMIT clause.",
                "Remove the LIMIT: what is deployed runs for good.");
        }
        else if (Query.Limit is { Count: < 0 } negative)
        {
            Diagnostics.Error("NegativeLimit", negative.Span, "LIMIT must not be negative.");
        }
    }

    private readonly record struct UnknownColumns(bool Where, bool PartitionBy, bool Any);
}
