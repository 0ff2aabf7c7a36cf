using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Statements;

/// <summary>
/// Whether a query may take the place of another and go on with its state: what is kept in stores and internal topics must stay what it
/// is; projections and filters may change.
/// </summary>
internal static class QueryUpgrade
{
    /// <summary>Checks the new result and the new plan; what is wrong is noted.</summary>
    /// <param name="scope">The statement.</param>
    /// <param name="existing">What has the name now.</param>
    /// <param name="sink">What is to replace it.</param>
    /// <param name="query">How that is computed.</param>
    public static bool Check(StatementScope scope, MetastoreSource existing, Relation sink, AnalyzedQuery query)
    {
        PersistentQuery[] writers = [.. scope.Before.Writers(sink.Name)];
        if (writers.Length > 1)
        {
            var ids = string.Join(", ", writers.Select(w => w.Id));
            return scope.Fail($"REPLACE for sink {Types.Identifiers.Quote(sink.Name)} is not supported because there are multiple queries "
                + $"writing into it: [{ids}]");
        }

        if (!SourceUpgrade.Check(scope, sink))
        {
            return false;
        }

        return existing.CreatedBy is null
            || scope.Before.Queries.GetValueOrDefault(existing.CreatedBy) is not { Query: { } running, Sink: { } filled }
            || Problem(Steps(filled, running), Steps(sink, query)) is not { } problem
            || scope.Fail(problem);
    }

    // Two pointers move from the sinks to the sources; a passive step hands over to the other side.
    private static string? Problem(Step[] from, Step[] to)
    {
        var (a, b) = ((Steps: from, At: 0), (Steps: to, At: 0));
        while (true)
        {
            var step = a.Steps[a.At];
            if (step.IsUnsupported)
            {
                return $"Upgrades not yet supported for {step.Class}";
            }

            if (step.IsPassive)
            {
                (a, b) = (b, (a.Steps, a.At + 1));
                continue;
            }

            if (step.IsSource)
            {
                return SourceProblem(step, b.Steps, b.At);
            }

            if (Differs(step, b.Steps[b.At]) is { } difference)
            {
                return difference;
            }

            (a, b) = ((a.Steps, a.At + 1), (b.Steps, b.At + 1));
        }
    }

    private static string? SourceProblem(Step source, Step[] steps, int at)
    {
        for (; steps[at].Class != source.Class; at++)
        {
            var step = steps[at];
            if (step.IsSource)
            {
                return $"Query is not upgradeable. The root source node of the upgrade tree must be {source.Class}, "
                    + $"but was class {Package}{step.Class}";
            }

            if (step.IsUnsupported)
            {
                return "Query is not upgradeable. Cannot change a non-join source into a join source.";
            }

            if (!step.IsPassive)
            {
                return $"Query is not upgradeable. Cannot add a class {Package}{step.Class} step that is not in the original query plan.";
            }
        }

        return Differs(source, steps[at]);
    }

    private const string Package = "io.confluent.ksql.execution.plan.";

    private static string? Differs(Step from, Step to)
    {
        var classes = (Name: "class", From: $"class {Package}{from.Class}", To: $"class {Package}{to.Class}");
        var properties = from.Class == to.Class ? from.Properties.Zip(to.Properties, (f, t) => (f.Name, From: f.Value, To: t.Value)) : [];
        var different = properties.Prepend(classes).FirstOrDefault(p => p.From != p.To);
        return different.Name is null
            ? null
            : $"Query is not upgradeable. Plan step of type {from.Class} must have matching {different.Name}. "
                + $"Values differ: {different.From} vs. {different.To}";
    }

    private static Step[] Steps(Relation sink, AnalyzedQuery query)
    {
        var word = sink.Kind == RelationKind.Stream ? "Stream" : "Table";
        var step = new Step(
            $"{word}Sink",
            [("formats", Formats(sink.KeyFormat, sink.ValueFormat)), ("topicName", sink.Topic), ("timestampColumn", $"{sink.Timestamp}")]);
        return [step, .. Steps(query.Plan, query.Resolved)];
    }

    private static IEnumerable<Step> Steps(PlanNode node, Query query)
    {
        var word = node.Kind == RelationKind.Stream ? "Stream" : "Table";
        IEnumerable<Step> own = node switch
        {
            ScanNode scan => [Source(scan, word)],
            FilterNode => [Passive($"{word}Filter")],
            ProjectNode => [Passive($"{word}Select")],
            FlattenNode => [Passive("StreamFlatMap")],
            RepartitionNode => [new Step($"{word}SelectKey", [("keyExpressions", Shown(query.PartitionBy))])],
            AggregateNode aggregate => Steps(aggregate, query),
            ForeignKeyJoinNode => [new Step("ForeignKeyTableTableJoin", []) { IsUnsupported = true }],
            _ => [new Step(node.GetType().Name.Replace("Node", "", StringComparison.Ordinal), []) { IsUnsupported = true }],
        };
        return node.Inputs.Length == 1 ? own.Concat(Steps(node.Inputs[0], query)) : own;
    }

    private static IEnumerable<Step> Steps(AggregateNode node, Query query)
    {
        var formats = ("internal format", Formats(node.Formats.Key, node.Formats.Value));
        var required = node.Prepared.Take(node.RequiredCount).Select(p => p.Column.Name);
        var columns = ("columns not part of aggregate", $"[{string.Join(", ", required)}]");
        var functions = ("aggregate functions", string.Join(", ", node.Calls.Select(c =>
            $"{c.Function.Info.Name}({string.Join(", ", c.Arguments.Select(a => node.Prepared[a].Column.Name))})")));
        var (kind, group) = node switch
        {
            { Input.Kind: RelationKind.Table } => ("TableAggregate", "TableGroupBy"),
            { Window: null } => ("StreamAggregate", node.NeedsRepartition ? "StreamGroupBy" : "StreamGroupByKey"),
            _ => ("StreamWindowedAggregate", node.NeedsRepartition ? "StreamGroupBy" : "StreamGroupByKey"),
        };
        if (node.Window is { EmitFinal: true })
        {
            yield return new Step("TableSuppress", [formats]);
        }

        yield return new Step(kind, [formats, columns, functions, ("window expression", $"{node.Window}")]);
        yield return new Step(group, [("groupByExpressions", Shown(query.GroupBy)), formats]);
        yield return Passive("StreamSelect");
    }

    private static Step Source(ScanNode scan, string word)
    {
        var relation = scan.Source.Relation;
        return new Step(
            $"{(relation.Window is null ? "" : "Windowed")}{word}Source",
            [
                ("topicName", relation.Topic),
                ("formats", Formats(relation.KeyFormat, relation.ValueFormat)),
                ("timestampColumn", $"{relation.Timestamp}"),
                ("windowInfo", $"{relation.Window}"),
            ]) { IsSource = true };
    }

    private static Step Passive(string name) => new(name, []) { IsPassive = true };

    private static string Shown(IEnumerable<Expression> expressions)
    {
        var plain = expressions.Select(e => ExpressionRewriter.Rewrite(e, x => x is ColumnReference c ? c with { Source = null } : null));
        return $"[{string.Join(", ", plain.Select(ExpressionText.Of))}]";
    }

    private static string Formats(FormatSpec key, FormatSpec value) => $"Formats{{keyFormat={key.Name}, valueFormat={value.Name}}}";

    /// <summary>A step as ksqlDB's plans have it.</summary>
    private sealed record Step(string Class, (string Name, string Value)[] Properties)
    {
        public bool IsPassive { get; init; }

        public bool IsSource { get; init; }

        public bool IsUnsupported { get; init; }
    }
}
