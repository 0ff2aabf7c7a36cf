using System.Globalization;

namespace Pioneer.Kafka.Protocol.Generator;

/// <summary>An inclusive range of message versions, written "3", "3-7" or "3+" in a description.</summary>
internal readonly struct VersionRange
{
    public VersionRange(int first, int last)
    {
        First = first;
        Last = last;
    }

    public int First { get; }

    public int Last { get; }

    public static VersionRange Parse(string text, VersionRange within)
    {
        if (text.EndsWith("+", System.StringComparison.Ordinal))
        {
            return new VersionRange(Number(text.Substring(0, text.Length - 1)), within.Last);
        }

        var dash = text.IndexOf('-');
        return dash < 0
            ? new VersionRange(Number(text), Number(text))
            : new VersionRange(Number(text.Substring(0, dash)), Number(text.Substring(dash + 1)));
    }

    public bool Covers(VersionRange other) => First <= other.First && Last >= other.Last;

    public VersionRange Intersect(VersionRange other) =>
        new VersionRange(System.Math.Max(First, other.First), System.Math.Min(Last, other.Last));

    /// <summary>The C# condition that holds inside this range, given that the version is already inside <paramref name="outer"/>; null when always true.</summary>
    public string? Condition(VersionRange outer)
    {
        if (Covers(outer))
        {
            return null;
        }

        if (First == Last)
        {
            return $"version == {First}";
        }

        if (First <= outer.First)
        {
            return $"version <= {Last}";
        }

        return Last >= outer.Last ? $"version >= {First}" : $"version >= {First} && version <= {Last}";
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
