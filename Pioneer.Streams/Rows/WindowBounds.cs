namespace Pioneer.Streams.Rows;

/// <summary>
/// The window in the key of a record, epoch milliseconds. Windows of time end before <paramref name="EndMs"/> and are told apart by their
/// start alone, as their keys carry nothing else; sessions end with it.
/// </summary>
/// <param name="StartMs">The start.</param>
/// <param name="EndMs">The end.</param>
/// <param name="IsSession">Whether it is a session.</param>
public readonly record struct WindowBounds(long StartMs, long EndMs, bool IsSession)
{
    /// <summary>Whether the two are one window of one key.</summary>
    public bool Equals(WindowBounds other) =>
        StartMs == other.StartMs && IsSession == other.IsSession && (!IsSession || EndMs == other.EndMs);

    /// <inheritdoc/>
    public override int GetHashCode() => StartMs.GetHashCode();
}
