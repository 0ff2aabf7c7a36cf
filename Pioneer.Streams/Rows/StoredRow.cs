namespace Pioneer.Streams.Rows;

/// <summary>A row as a store keeps it. Neither it nor its cells are changed in place.</summary>
/// <param name="Cells">The cells.</param>
/// <param name="TimeMs">Its time, epoch milliseconds.</param>
public sealed record StoredRow(object?[] Cells, long TimeMs);
