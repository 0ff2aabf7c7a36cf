using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>The serialisations between the steps of a query.</summary>
internal static class KeyFormats
{
    /// <summary>The format of the keys that a step gives.</summary>
    public static FormatSpec Of(PlanNode node) => node switch
    {
        ScanNode scan => scan.Source.Relation.KeyFormat,
        RepartitionNode repartition => repartition.Formats.Key,
        AggregateNode aggregate => aggregate.Formats.Key,
        _ => Of(node.Inputs[0]),
    };

    /// <summary>The format of values between steps: that of the leftmost source.</summary>
    public static FormatSpec ValueOf(PlanNode node) => node.Scans.First().Source.Relation.ValueFormat;

    /// <summary>
    /// The format of both sides' keys in a join: that of a side that need not be repartitioned, the left one first; else that of the first
    /// source that has keys.
    /// </summary>
    public static FormatSpec ForJoin(PlanNode left, bool leftIsKeyed, PlanNode right, bool rightIsKeyed, FormatSpec fallback) =>
        leftIsKeyed ? Of(left)
        : rightIsKeyed ? Of(right)
        : left.Scans.Concat(right.Scans).Select(s => s.Source.Relation.KeyFormat).FirstOrDefault(f => f.Kind != FormatKind.None)
            ?? fallback;

    /// <summary>
    /// A format that can carry keys of other columns: KAFKA and DELIMITED give way to JSON where they could not, NONE to the default.
    /// </summary>
    public static FormatSpec Carrying(FormatSpec format, IReadOnlyList<Column> keys, FormatSpec fallback)
    {
        var some = format.Kind == FormatKind.None && keys.Count > 0 ? fallback : format;
        var carries = some.Kind switch
        {
            FormatKind.Kafka => keys.Count <= 1 && keys.All(k => KafkaRowFormat.Carries(k.Type)),
            FormatKind.Delimited => keys.All(k => k.Type is not (SqlArray or SqlMap or SqlStruct)),
            _ => true,
        };
        return carries ? some : FormatSpec.JsonKey;
    }
}
