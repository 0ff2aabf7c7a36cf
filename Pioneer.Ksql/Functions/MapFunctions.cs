using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Maps.</summary>
internal static class MapFunctions
{
    private const string Family = "MAP";

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("MAP_KEYS", Family, "The keys of a map.").On("(MAP<STRING, T> input) -> ARRAY<STRING>", a => Map(a[0]).Keys.ToArray()),
        Scalar("MAP_VALUES", Family, "The values of a map.").On("(MAP<STRING, T> input) -> ARRAY<T>", a => Map(a[0]).Values.ToArray()),
        Scalar("MAP_UNION", Family, "The entries of both maps; of equal keys the second one's stays.")
            .OnNulls("(MAP<STRING, T> map1, MAP<STRING, T> map2) -> MAP<STRING, T>", a => Union(a[0], a[1])),
        Scalar("AS_MAP", Family, "A map of an array of keys and one of values; surplus elements are left out.")
            .On("(ARRAY<STRING> keys, ARRAY<T> values) -> MAP<STRING, T>", a => Zip((object?[])a[0]!, (object?[])a[1]!)),
        Entries(),
    ];

    private static Dictionary<object, object?> Map(object? value) => (Dictionary<object, object?>)value!;

    private static FunctionInfo Entries()
    {
        var builder = Scalar("ENTRIES", Family, "The entries of a map as structs of K and V, sorted by key if the second argument is true.");
        foreach (var type in (string[])["INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING"])
        {
            builder.On($"(MAP<STRING, {type}> map, BOOLEAN sorted) -> ARRAY<STRUCT<K STRING, V {type}>>", a => Pairs(Map(a[0]), (bool)a[1]!));
        }

        return builder;
    }

    private static object?[] Pairs(Dictionary<object, object?> map, bool sorted)
    {
        IEnumerable<KeyValuePair<object, object?>> entries = sorted ? map.OrderBy(e => (string)e.Key, StringComparer.Ordinal) : map;
        return [.. entries.Select(e => new object?[] { e.Key, e.Value })];
    }

    private static Dictionary<object, object?>? Union(object? first, object? second)
    {
        if (first is null && second is null)
        {
            return null;
        }

        var union = first is null ? [] : new Dictionary<object, object?>(Map(first));
        if (second is not null)
        {
            foreach (var (key, value) in Map(second))
            {
                union[key] = value;
            }
        }

        return union;
    }

    private static Dictionary<object, object?> Zip(object?[] keys, object?[] values)
    {
        var map = new Dictionary<object, object?>();
        for (var i = 0; i < Math.Min(keys.Length, values.Length); i++)
        {
            map[keys[i] ?? throw new ArgumentException("AS_MAP: a key is NULL")] = values[i];
        }

        return map;
    }
}
