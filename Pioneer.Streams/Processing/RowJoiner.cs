namespace Pioneer.Streams.Processing;

/// <summary>Puts the cells of two sides into one row; a side that is not there is NULLs.</summary>
/// <param name="leftCount">Cells of the left side.</param>
/// <param name="rightCount">Cells of the right side.</param>
/// <param name="hasSyntheticKey">Whether the key is appended.</param>
internal sealed class RowJoiner(int leftCount, int rightCount, bool hasSyntheticKey)
{
    public object?[] Join(object?[]? left, object?[]? right, object?[] key)
    {
        var row = new object?[leftCount + rightCount + (hasSyntheticKey ? 1 : 0)];
        left?.AsSpan(0, leftCount).CopyTo(row);
        right?.AsSpan(0, rightCount).CopyTo(row.AsSpan(leftCount));
        if (hasSyntheticKey)
        {
            row[^1] = key[0];
        }

        return row;
    }
}
