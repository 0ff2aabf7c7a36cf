using System.Collections;

namespace Pioneer.Ksql.Types;

/// <summary>
/// Equality and order of values as <see cref="SqlBaseType"/> says they are carried: bytes, arrays, maps and structs by content,
/// text by UTF-16 code unit, bytes unsigned, nulls first.
/// </summary>
public sealed class SqlValueComparer : IEqualityComparer<object?>, IComparer<object?>
{
    private SqlValueComparer()
    {
    }

    /// <summary>The one instance; it keeps no state.</summary>
    public static SqlValueComparer Instance { get; } = new();

    /// <inheritdoc/>
    public new bool Equals(object? x, object? y)
    {
        switch (x, y)
        {
            case (null, _) or (_, null):
                return x is null && y is null;
            case (byte[] a, byte[] b):
                return a.AsSpan().SequenceEqual(b);
            case (object?[] a, object?[] b):
                return a.AsSpan().SequenceEqual(b, this);
            case (Dictionary<object, object?> a, Dictionary<object, object?> b):
                return a.Count == b.Count && a.All(e => b.TryGetValue(e.Key, out var other) && Equals(e.Value, other));
            default:
                return x.Equals(y);
        }
    }

    /// <inheritdoc/>
    public int GetHashCode(object? obj)
    {
        var hash = default(HashCode);
        switch (obj)
        {
            case null:
                return 0;
            case byte[] bytes:
                hash.AddBytes(bytes);
                return hash.ToHashCode();
            case object?[] items:
                foreach (var item in items)
                {
                    hash.Add(GetHashCode(item));
                }

                return hash.ToHashCode();
            case Dictionary<object, object?> map:
                return map.Aggregate(map.Count, (sum, e) => sum + (e.Key.GetHashCode() ^ GetHashCode(e.Value)));
            default:
                return obj.GetHashCode();
        }
    }

    /// <inheritdoc/>
    public int Compare(object? x, object? y) => (x, y) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string a, string b) => string.CompareOrdinal(a, b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (BigDecimal a, BigDecimal b) => a.CompareTo(b),
        (object?[] a, object?[] b) => CompareItems(a, b),
        _ => Comparer.Default.Compare(x, y),
    };

    private int CompareItems(object?[] a, object?[] b)
    {
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = Compare(a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return a.Length.CompareTo(b.Length);
    }
}
