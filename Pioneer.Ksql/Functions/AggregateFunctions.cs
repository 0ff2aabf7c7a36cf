namespace Pioneer.Ksql.Functions;

/// <summary>All aggregates, by family.</summary>
internal static class AggregateFunctions
{
    public static IEnumerable<FunctionInfo> All =>
    [
        .. CountingAggregates.All, .. NumericAggregates.All, .. ExtremeAggregates.All, .. CollectingAggregates.All, .. OffsetAggregates.All,
    ];

    public static FunctionBuilder Aggregate(string name, string description) =>
        new(name, FunctionKind.Aggregate, "AGGREGATE", description);
}
