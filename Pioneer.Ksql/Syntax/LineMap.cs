namespace Pioneer.Ksql.Syntax;

/// <summary>Turns offsets of one text into lines and columns and back. Lines end with LF, CR LF or CR.</summary>
public sealed class LineMap
{
    private readonly string _text;
    private int[]? _lineStarts;

    /// <summary>A map of <paramref name="text"/>; the work is done at the first question.</summary>
    public LineMap(string text) => _text = text;

    /// <summary>Line and column of an offset; offsets outside the text are moved to its nearest end.</summary>
    public TextPosition PositionOf(int offset)
    {
        var starts = _lineStarts ??= FindLineStarts(_text);
        offset = Math.Clamp(offset, 0, _text.Length);
        var index = Array.BinarySearch(starts, offset);
        var line = index >= 0 ? index : ~index - 1;
        return new TextPosition(line + 1, offset - starts[line] + 1);
    }

    /// <summary>The offset of a position; positions outside the text are moved to its nearest end.</summary>
    public int OffsetOf(TextPosition position)
    {
        var starts = _lineStarts ??= FindLineStarts(_text);
        var line = Math.Clamp(position.Line - 1, 0, starts.Length - 1);
        var lineEnd = line + 1 < starts.Length ? starts[line + 1] : _text.Length;
        return Math.Clamp(starts[line] + position.Column - 1, starts[line], lineEnd);
    }

    private static int[] FindLineStarts(string text)
    {
        List<int> starts = [0];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
            }
        }

        return [.. starts];
    }
}
