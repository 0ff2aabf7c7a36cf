namespace Pioneer.Ksql.Syntax;

/// <summary>A piece of a text, in UTF-16 units from 0.</summary>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>The first unit after the piece.</summary>
    public int End => Start + Length;

    /// <summary>The piece from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    public static TextSpan FromBounds(int start, int end) => new(start, Math.Max(0, end - start));

    /// <summary>The smallest piece that holds both.</summary>
    public TextSpan To(TextSpan other) => FromBounds(Math.Min(Start, other.Start), Math.Max(End, other.End));

    /// <summary>Whether the position is in the piece or right after it (where a caret may be).</summary>
    public bool Touches(int position) => position >= Start && position <= End;
}

/// <summary>A place in a text as people count: line and column from 1, columns in UTF-16 units (as Monaco counts).</summary>
public readonly record struct TextPosition(int Line, int Column);
