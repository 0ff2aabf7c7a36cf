using Pioneer.Ksql.Types;
using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Arrays. Order of the inputs is kept where nothing else is said.</summary>
internal static class ArrayFunctions
{
    private const string Family = "ARRAY";

    /// <summary>Longest series that GENERATE_SERIES makes, as in ksqlDB's own limit against exhausted memory.</summary>
    private const int MaxSeriesLength = 1_000_000;

    private static SqlValueComparer Comparer => SqlValueComparer.Instance;

    public static IEnumerable<FunctionInfo> All =>
    [
        .. Sets, .. Series,
        Scalar("ARRAY_LENGTH", Family, "The number of elements.").On("(ARRAY<T> array) -> INT", a => Items(a[0]).Length),
        Scalar("ARRAY_CONTAINS", Family, "Whether an array has an element equal to a value.")
            .OnNulls("(ARRAY<T> array, T val) -> BOOLEAN", a => a[0] is object?[] items && items.Contains(a[1], Comparer)),
        Scalar("ARRAY_CONCAT", Family, "One array after the other; a NULL one counts as empty.")
            .OnNulls("(ARRAY<T> left, ARRAY<T> right) -> ARRAY<T>", a => a[0] is null && a[1] is null ? null : OrEmpty(a[0]).Concat(OrEmpty(a[1])).ToArray()),
        Scalar("ARRAY_REMOVE", Family, "The array without the elements equal to a value.")
            .OnNulls("(ARRAY<T> array, T victim) -> ARRAY<T>", a => a[0] is object?[] items ? items.Where(x => !Comparer.Equals(x, a[1])).ToArray() : null),
        Scalar("ARRAY_JOIN", Family, "The elements as text with a delimiter (default a comma) between them.")
            .OnBound("(ARRAY<T> array) -> STRING", b => a => Join(b, a[0], ","))
            .OnBound("(ARRAY<T> array, STRING delimiter) -> STRING", b => a => Join(b, a[0], a[1] as string ?? "")),
        Scalar("ARRAY_MAX", Family, "The largest element; NULLs are left out.")
            .On("(ARRAY<T> array) -> T", a => Items(a[0]).Where(x => x is not null).Max(Comparer)),
        Scalar("ARRAY_MIN", Family, "The smallest element; NULLs are left out.")
            .On("(ARRAY<T> array) -> T", a => Items(a[0]).Where(x => x is not null).Min(Comparer)),
        Scalar("ARRAY_SORT", Family, "The elements in order, ASC (default) or DESC; NULLs last.")
            .On("(ARRAY<T> array) -> ARRAY<T>", a => Sort(Items(a[0]), "ASC"))
            .On("(ARRAY<T> array, STRING direction) -> ARRAY<T>", a => Sort(Items(a[0]), (string)a[1]!)),
        Scalar("SLICE", Family, "The elements from one position to another, both counted from 1 and included; NULL means the end.")
            .OnNulls("(ARRAY<T> in, INT from, INT to) -> ARRAY<T>", a => a[0] is object?[] items ? Slice(items, a[1] as int?, a[2] as int?) : null),
    ];

    private static IEnumerable<FunctionInfo> Sets =>
    [
        Scalar("ARRAY_DISTINCT", Family, "The elements, each once, in order of first appearance.")
            .On("(ARRAY<T> array) -> ARRAY<T>", a => Items(a[0]).Distinct(Comparer).ToArray()),
        Scalar("ARRAY_UNION", Family, "The elements of both arrays, each once.")
            .On("(ARRAY<T> left, ARRAY<T> right) -> ARRAY<T>", a => Items(a[0]).Union(Items(a[1]), Comparer).ToArray()),
        Scalar("ARRAY_INTERSECT", Family, "The elements that both arrays have, each once.")
            .On("(ARRAY<T> left, ARRAY<T> right) -> ARRAY<T>", a => Items(a[0]).Intersect(Items(a[1]), Comparer).ToArray()),
        Scalar("ARRAY_EXCEPT", Family, "The elements that only the first array has, each once.")
            .On("(ARRAY<T> left, ARRAY<T> right) -> ARRAY<T>", a => Items(a[0]).Except(Items(a[1]), Comparer).ToArray()),
    ];

    private static IEnumerable<FunctionInfo> Series =>
    [
        Scalar("GENERATE_SERIES", Family, "The numbers from one to another, both included, by a step.")
            .On("(INT start, INT end) -> ARRAY<INT>", a => Range((int)a[0]!, (int)a[1]!, null, x => (int)x))
            .On("(INT start, INT end, INT step) -> ARRAY<INT>", a => Range((int)a[0]!, (int)a[1]!, (int)a[2]!, x => (int)x))
            .On("(BIGINT start, BIGINT end) -> ARRAY<BIGINT>", a => Range((long)a[0]!, (long)a[1]!, null, x => x))
            .On("(BIGINT start, BIGINT end, INT step) -> ARRAY<BIGINT>", a => Range((long)a[0]!, (long)a[1]!, (int)a[2]!, x => x)),
    ];

    private static object?[] Items(object? value) => (object?[])value!;

    private static object?[] OrEmpty(object? value) => value as object?[] ?? [];

    private static string? Join(FunctionBinding binding, object? array, string delimiter)
    {
        var element = ((SqlArray)binding.ParameterTypes[0]!).Element;
        return array is object?[] items ? string.Join(delimiter, items.Select(x => x is null ? "null" : SqlText.Of(x, element))) : null;
    }

    private static object?[]? Sort(object?[] items, string direction) => direction.ToUpperInvariant() switch
    {
        "ASC" or "ASCENDING" => [.. items.OrderBy(x => x is null).ThenBy(x => x, Comparer)],
        "DESC" or "DESCENDING" => [.. items.OrderBy(x => x is null).ThenByDescending(x => x, Comparer)],
        _ => null,
    };

    private static object?[]? Slice(object?[] items, int? from, int? to)
    {
        var start = from is null ? 0 : from.Value - 1;
        var end = to ?? items.Length;
        return start >= 0 && start <= end && end <= items.Length ? items[start..end] : null;
    }

    private static object?[] Range(long start, long end, int? by, Func<long, object> box)
    {
        var step = by ?? (end >= start ? 1 : -1);
        if (step == 0)
        {
            throw new ArgumentException("GENERATE_SERIES step cannot be zero");
        }

        if (Math.Sign(end - start) * step < 0)
        {
            throw new ArgumentException("GENERATE_SERIES step has wrong sign");
        }

        var count = ((Int128)end - start) / step + 1;
        if (count > MaxSeriesLength)
        {
            throw new ArgumentException($"GENERATE_SERIES makes at most {MaxSeriesLength} elements");
        }

        var series = new object?[(int)count];
        for (var i = 0; i < series.Length; i++)
        {
            series[i] = box(start + ((long)step * i));
        }

        return series;
    }
}
