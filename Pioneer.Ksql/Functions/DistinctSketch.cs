using System.Numerics;
using System.Text;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// Counts different values in a fixed space: a HyperLogLog of 512 registers, standard error 5 %, exact for a handful. The state is an
/// array of integers, one a register, so that every format with arrays can store it.
/// </summary>
internal static class DistinctSketch
{
    private const int RegisterBits = 9;
    private const int Registers = 1 << RegisterBits;
    private const double Alpha = 0.7213 / (1 + (1.079 / Registers));

    public static object?[] Empty() => [.. Enumerable.Repeat<object?>(0, Registers)];

    public static object?[] Add(object?[] sketch, object value)
    {
        var hash = Hash(value);
        var register = (int)(hash >> (64 - RegisterBits));
        var rank = BitOperations.LeadingZeroCount((hash << RegisterBits) | (1UL << (RegisterBits - 1))) + 1;
        if ((int)sketch[register]! >= rank)
        {
            return sketch;
        }

        var more = (object?[])sketch.Clone();
        more[register] = rank;
        return more;
    }

    public static object?[] Merge(object?[] left, object?[] right) =>
        [.. left.Zip(right, (a, b) => (object?)Math.Max((int)a!, (int)b!))];

    public static object? Count(object?[] sketch)
    {
        var sum = sketch.Sum(r => Math.Pow(2, -(int)r!));
        var estimate = Alpha * Registers * Registers / sum;
        var empty = sketch.Count(r => (int)r! == 0);
        return estimate <= 2.5 * Registers && empty > 0
            ? (long)Math.Round(Registers * Math.Log(Registers / (double)empty))
            : (long)Math.Round(estimate);
    }

    // The same value must have the same hash in every process that ever reads the state.
    private static ulong Hash(object value)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(Spelling(value)))
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccdUL;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    private static string Spelling(object? value) => value switch
    {
        null => "null",
        byte[] bytes => Convert.ToBase64String(bytes),
        double d => JavaText.Of(d),
        object?[] items => $"[{string.Join(',', items.Select(Spelling))}]",
        Dictionary<object, object?> map =>
            $"{{{string.Join(',', map.Select(e => $"{Spelling(e.Key)}={Spelling(e.Value)}").Order(StringComparer.Ordinal))}}}",
        _ => FormattableString.Invariant($"{value}"),
    };
}
