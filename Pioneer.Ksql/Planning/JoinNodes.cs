using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>Makes the step for two sides that are keyed alike.</summary>
internal static class JoinNodes
{
    public static JoinNode? Make(
        PlanningContext context, JoinClause clause, string name, PlanNode left, PlanNode right, PlanSchema schema, bool isSynthetic)
    {
        if (!CheckPartitions(context, clause, left, right))
        {
            return null;
        }

        return (left.Kind, right.Kind) switch
        {
            (RelationKind.Stream, RelationKind.Stream) => Streams(context, clause, name, left, right, schema, isSynthetic),
            (RelationKind.Stream, RelationKind.Table) when CheckNoWindow(context, clause, isStreamTable: true) =>
                new StreamTableJoinNode(name, clause.Kind, left, right, schema) { HasSyntheticKey = isSynthetic },
            (RelationKind.Table, RelationKind.Table) when CheckNoWindow(context, clause, isStreamTable: false) =>
                new TableTableJoinNode(name, clause.Kind, left, right, schema) { HasSyntheticKey = isSynthetic },
            _ => null,
        };
    }

    private static StreamStreamJoinNode? Streams(
        PlanningContext context, JoinClause clause, string name, PlanNode left, PlanNode right, PlanSchema schema, bool isSynthetic)
    {
        if (clause.Within is not { } within)
        {
            const string Short = "Stream-Stream joins must have a WITHIN clause specified.";
            context.Diagnostics.Error(
                "WithinMissing",
                clause.Span,
                Short,
                "For example: JOIN .. WITHIN 1 HOUR ON ..",
                $"{Short} None was provided. To learn about how to specify a WITHIN clause with a stream-stream join, please visit: "
                    + "https://docs.confluent.io/current/ksql/docs/syntax-reference.html#create-stream-as-select");
            return null;
        }

        return new StreamStreamJoinNode(
            name,
            clause.Kind,
            left,
            right,
            Durations.Milliseconds(within.Before),
            Durations.Milliseconds(within.After),
            within.Grace is null ? null : Durations.Milliseconds(within.Grace),
            schema,
            new InternalFormats(KeyFormats.Of(left), KeyFormats.ValueOf(left)),
            new InternalFormats(KeyFormats.Of(right), KeyFormats.ValueOf(right))) { HasSyntheticKey = isSynthetic };
    }

    private static bool CheckNoWindow(PlanningContext context, JoinClause clause, bool isStreamTable)
    {
        if (clause.Within is null)
        {
            return true;
        }

        var full = isStreamTable
            ? "A window definition was provided for a Stream-Table join. These joins are not windowed. "
                + "Please drop the window definition (ie. the WITHIN clause) and try to execute your join again."
            : "A window definition was provided for a Table-Table join. These joins are not windowed. "
                + "Please drop the window definition (i.e. the WITHIN clause) and try to execute your Table-Table join again.";
        context.Diagnostics.Error("WithinNotAllowed", clause.Within.Span, full, "Remove WITHIN.");
        return false;
    }

    // Rows of one key must be in the same partition on both sides; a side that is repartitioned keeps the count of its source.
    private static bool CheckPartitions(PlanningContext context, JoinClause clause, PlanNode left, PlanNode right)
    {
        if (Partitions(left) is not { } l || Partitions(right) is not { } r || l == r)
        {
            return true;
        }

        var (a, b) = (Name(left), Name(right));
        context.Diagnostics.Error(
            "PartitionsDiffer",
            clause.Span,
            $"Can't join {a} with {b} since the number of partitions don't match. {a} partitions = {l}; {b} partitions = {r}. "
                + "Please repartition either one so that the number of partitions match.");
        return false;
    }

    private static int? Partitions(PlanNode node) => node is JoinNode join ? Partitions(join.Right)
        : node is ScanNode scan ? scan.Source.Relation.Partitions
        : Partitions(node.Inputs[0]);

    private static string Name(PlanNode node) => Types.Identifiers.Quote(node.Scans.First().Source.Alias);
}
