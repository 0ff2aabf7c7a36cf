using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.AggregateFunctions;

namespace Pioneer.Ksql.Functions;

/// <summary>Aggregates that keep the values themselves.</summary>
internal static class CollectingAggregates
{
    private const int MaxHistogramValues = 1_000;
    private static readonly SqlValueComparer Values = SqlValueComparer.Instance;

    public static IEnumerable<FunctionInfo> All =>
    [
        Aggregate("COLLECT_LIST", "All values of a column in an array.")
            .OnAggregate("(T value) -> ARRAY<T>", b => CollectList(b.ReturnType, b.Limits.CollectList)),
        Aggregate("COLLECT_SET", "The different values of a column in an array.")
            .OnAggregate("(T value) -> ARRAY<T>", b => CollectSet(b.ReturnType, b.Limits.CollectSet)),
        Aggregate("HISTOGRAM", "How often each value occurs, of the first 1,000 different ones.")
            .OnAggregate("(STRING value) -> MAP<STRING, BIGINT>", b => Histogram(b.ReturnType)),
        Aggregate("ATTR", "The value, if it is the same in all rows, else NULL.")
            .OnAggregate("(T value) -> T", b => Attribute(b.ReturnType)),
    ];

    private static AggregateBody CollectList(SqlType type, int limit) => new(
        type,
        () => Array.Empty<object?>(),
        (row, list) => Limited([.. Items(list), row[0]], limit),
        (left, right) => Limited([.. Items(left), .. Items(right)], limit))
    {
        Undo = (row, list) => Array.FindLastIndex(Items(list), x => Values.Equals(x, row[0])) is var at and >= 0
            ? Items(list).Where((_, i) => i != at).ToArray()
            : list,
    };

    private static AggregateBody CollectSet(SqlType type, int limit) => new(
        type,
        () => Array.Empty<object?>(),
        (row, set) => Items(set).Contains(row[0], Values) ? set : Limited([.. Items(set), row[0]], limit),
        (left, right) => Limited([.. Items(left).Union(Items(right), Values)], limit));

    private static object?[] Limited(object?[] items, int limit) => items.Length > limit ? items[..limit] : items;

    private static AggregateBody Histogram(SqlType type) => new(
        type,
        () => new Dictionary<object, object?>(),
        (row, counts) => row[0] is null ? counts : Counted((Dictionary<object, object?>)counts!, row[0]!, 1),
        (left, right) => ((Dictionary<object, object?>)right!).Aggregate(
            (Dictionary<object, object?>)left!, (sum, e) => Counted(sum, e.Key, (long)e.Value!)))
    {
        Undo = (row, counts) => row[0] is null ? counts : Counted((Dictionary<object, object?>)counts!, row[0]!, -1),
    };

    private static Dictionary<object, object?> Counted(Dictionary<object, object?> counts, object value, long by)
    {
        var count = (counts.TryGetValue(value, out var before) ? (long)before! : 0) + by;
        if (before is null && (by < 0 || counts.Count >= MaxHistogramValues))
        {
            return counts;
        }

        var changed = new Dictionary<object, object?>(counts) { [value] = count };
        if (count < 1)
        {
            changed.Remove(value);
        }

        return changed;
    }

    // Each different value with the number of its rows: a table may take rows back.
    private static AggregateBody Attribute(SqlType type)
    {
        var entry = SqlType.Struct(new SqlField("VALUE", type), new SqlField("COUNT", SqlType.Integer));
        return new AggregateBody(
            SqlType.Array(entry),
            () => Array.Empty<object?>(),
            (row, entries) => Entered(Items(entries), row[0], 1),
            (left, right) => Items(right).Aggregate(Items(left), (sum, e) => Entered(sum, Items(e)[0], (int)Items(e)[1]!)))
        {
            Result = entries => Items(entries) is [object?[] only] ? only[0] : null,
            Undo = (row, entries) => Entered(Items(entries), row[0], -1),
        };
    }

    private static object?[] Entered(object?[] entries, object? value, int by)
    {
        var at = Array.FindIndex(entries, e => Values.Equals(Items(e)[0], value));
        if (at < 0)
        {
            return by < 0 ? entries : [.. entries, new object?[] { value, by }];
        }

        var count = (int)Items(entries[at])[1]! + by;
        var changed = (object?[])entries.Clone();
        changed[at] = new object?[] { value, count };
        return count > 0 ? changed : [.. changed.Where((_, i) => i != at)];
    }

    private static object?[] Items(object? value) => (object?[])value!;
}
