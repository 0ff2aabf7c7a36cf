using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.AggregateFunctions;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// The first or last values in the order of processing. Each value is kept with a number that only grows, so that groups that are merged
/// keep the order in which their rows came.
/// </summary>
internal static class OffsetAggregates
{
    // Begins at the clock: numbers given after a restart are larger than those in stored states.
    private static long _sequence = TimeProvider.System.GetUtcNow().Ticks;

    public static IEnumerable<FunctionInfo> All =>
    [
        ByOffset("EARLIEST_BY_OFFSET", "The value of the earliest row by offset, or of the first n.", latest: false),
        ByOffset("LATEST_BY_OFFSET", "The value of the latest row by offset, or of the last n.", latest: true),
    ];

    private static FunctionInfo ByOffset(string name, string description, bool latest)
    {
        var parameter = latest ? "latestN" : "earliestN";
        return Aggregate(name, description)
            .OnAggregate("(T value) -> T", b => One(b.ReturnType, latest, ignoreNulls: true))
            .OnAggregate("(T value, literal BOOLEAN ignoreNulls) -> T", b => One(b.ReturnType, latest, (bool)b.Constants[0]!))
            .OnAggregate("(T value, literal INT n) -> ARRAY<T>", b => Many(b, latest, ignoreNulls: true, parameter))
            .OnAggregate(
                "(T value, literal INT n, literal BOOLEAN ignoreNulls) -> ARRAY<T>",
                b => Many(b, latest, (bool)b.Constants[1]!, parameter));
    }

    private static SqlStruct Entry(SqlType type) => SqlType.Struct(new SqlField("SEQ", SqlType.Bigint), new SqlField("VAL", type));

    private static object?[] Numbered(object? value) => [Interlocked.Increment(ref _sequence), value];

    private static long Number(object? entry) => (long)((object?[])entry!)[0]!;

    private static AggregateBody One(SqlType type, bool latest, bool ignoreNulls) => new(
        Entry(type),
        () => null,
        (row, state) => (row[0] is null && ignoreNulls) || (state is not null && !latest) ? state : Numbered(row[0]),
        (left, right) => left is null || (right is not null && Number(right) > Number(left) == latest) ? right : left)
    {
        Result = state => state is object?[] entry ? entry[1] : null,
    };

    private static AggregateBody Many(AggregateBinding binding, bool latest, bool ignoreNulls, string parameter)
    {
        var n = (int)binding.Constants[0]!;
        if (n < 1)
        {
            throw new ArgumentException($"{parameter} must be 1 or greater");
        }

        object?[] Kept(object?[] entries) => entries.Length <= n ? entries : latest ? entries[^n..] : entries[..n];
        return new AggregateBody(
            SqlType.Array(Entry(((SqlArray)binding.ReturnType).Element)),
            () => Array.Empty<object?>(),
            (row, state) => row[0] is null && ignoreNulls ? state : Kept([.. (object?[])state!, Numbered(row[0])]),
            (left, right) => Kept([.. ((object?[])left!).Concat((object?[])right!).OrderBy(Number)]))
        {
            Result = state => ((object?[])state!).Select(e => ((object?[])e!)[1]).ToArray(),
        };
    }
}
