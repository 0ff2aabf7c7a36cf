using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>Aggregates. They are known, so that statements are understood and judged; operators run them, not expressions.</summary>
internal static class AggregateFunctions
{
    public static IEnumerable<FunctionInfo> All =>
    [
        Aggregate("COUNT", "The number of rows, or of values that are not NULL.").Declares("() -> BIGINT").Declares("(T value) -> BIGINT"),
        Aggregate("COUNT_DISTINCT", "The approximate number of different values.").Declares("(T value) -> BIGINT"),
        Each("AVG", "The mean of the values.", ["BIGINT", "INT", "DOUBLE"], _ => "DOUBLE"),
        Each("SUM", "The sum of the values.", ["INT", "BIGINT", "DOUBLE"], t => t).WithDecimal(),
        Each("MAX", "The largest value.", ["INT", "BIGINT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"], t => t).WithDecimal(),
        Each("MIN", "The smallest value.", ["INT", "BIGINT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"], t => t).WithDecimal(),
        Each("SUM_LIST", "The sum of the elements of arrays.", ["ARRAY<INT>", "ARRAY<BIGINT>", "ARRAY<DOUBLE>"], t => t[6..^1]),
        Each("STDDEV_SAMP", "The sample standard deviation.", ["INT", "BIGINT", "DOUBLE"], _ => "DOUBLE"),
        Each("STDDEV_SAMPLE", "The sample standard deviation.", ["INT", "BIGINT", "DOUBLE"], _ => "DOUBLE"),
        Aggregate("CORRELATION", "Pearson's coefficient of two columns.").Declares("(DOUBLE x, DOUBLE y) -> DOUBLE"),
        Aggregate("COLLECT_LIST", "All values of a column in an array.").Declares("(T value) -> ARRAY<T>"),
        Aggregate("COLLECT_SET", "The different values of a column in an array.").Declares("(T value) -> ARRAY<T>"),
        Aggregate("HISTOGRAM", "How often each value occurs.").Declares("(STRING value) -> MAP<STRING, BIGINT>"),
        Aggregate("ATTR", "The value, if it is the same in all rows, else NULL.").Declares("(T value) -> T"),
        ByOffset("EARLIEST_BY_OFFSET", "The value of the earliest row by offset, or of the first n."),
        ByOffset("LATEST_BY_OFFSET", "The value of the latest row by offset, or of the last n."),
        Top("TOPK", "The n largest values."),
        Top("TOPKDISTINCT", "The n largest different values."),
    ];

    private static FunctionBuilder Aggregate(string name, string description) => new(name, FunctionKind.Aggregate, "AGGREGATE", description);

    private static FunctionBuilder Each(string name, string description, ImmutableArray<string> types, Func<string, string> result)
    {
        var builder = Aggregate(name, description);
        foreach (var type in types)
        {
            builder.Declares($"({type} value) -> {result(type)}");
        }

        return builder;
    }

    private static FunctionBuilder WithDecimal(this FunctionBuilder builder) => builder.Declares("(DECIMAL value) -> DECIMAL", t => t[0]);

    private static FunctionBuilder ByOffset(string name, string description) => Aggregate(name, description)
        .Declares("(T value) -> T")
        .Declares("(T value, BOOLEAN ignoreNulls) -> T")
        .Declares("(T value, INT n) -> ARRAY<T>")
        .Declares("(T value, INT n, BOOLEAN ignoreNulls) -> ARRAY<T>");

    private static FunctionBuilder Top(string name, string description) => Aggregate(name, description)
        .Declares("(T value, INT k) -> ARRAY<T>", t => t[0] is { } type ? SqlType.Array(type) : null);
}
