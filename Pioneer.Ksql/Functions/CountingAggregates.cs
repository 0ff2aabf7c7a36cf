using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.AggregateFunctions;

namespace Pioneer.Ksql.Functions;

/// <summary>How many there are.</summary>
internal static class CountingAggregates
{
    public static IEnumerable<FunctionInfo> All =>
    [
        Aggregate("COUNT", "The number of rows, or of values that are not NULL.").OnAggregate("(T value) -> BIGINT", _ => Count()),
        Aggregate("COUNT_DISTINCT", "The approximate number of different values.").OnAggregate("(T value) -> BIGINT", _ => Distinct()),
    ];

    private static AggregateBody Count() => new(
        SqlType.Bigint,
        () => 0L,
        (row, count) => row[0] is null ? count : (long)count! + 1,
        (left, right) => (long)left! + (long)right!)
    {
        Undo = (row, count) => row[0] is null ? count : (long)count! - 1,
    };

    private static AggregateBody Distinct() => new(
        SqlType.Array(SqlType.Integer),
        DistinctSketch.Empty,
        (row, sketch) => row[0] is null ? sketch : DistinctSketch.Add((object?[])sketch!, row[0]!),
        (left, right) => DistinctSketch.Merge((object?[])left!, (object?[])right!))
    {
        Result = sketch => DistinctSketch.Count((object?[])sketch!),
    };
}
