using Pioneer.Ksql.Types;

namespace Pioneer.Streams.Rows;

/// <summary>The key of a record: its cells, and the window if it has one. Keys are equal when their values are.</summary>
public sealed class RowKey : IEquatable<RowKey>
{
    private readonly int _hash;

    /// <summary>A key of these cells; they are not copied.</summary>
    /// <param name="cells">One cell a key column.</param>
    /// <param name="window">The window; null without.</param>
    public RowKey(object?[] cells, WindowBounds? window = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        Cells = cells;
        Window = window;
        _hash = cells.Length == 1 ? SqlValueComparer.Instance.GetHashCode(cells[0]) : SqlValueComparer.Instance.GetHashCode(cells);
        if (window is { } bounds)
        {
            _hash = HashCode.Combine(_hash, bounds);
        }
    }

    /// <summary>One cell a key column.</summary>
    public object?[] Cells { get; }

    /// <summary>The window; null without.</summary>
    public WindowBounds? Window { get; }

    /// <summary>Whether there is nothing in any cell.</summary>
    public bool IsEmpty => Array.TrueForAll(Cells, c => c is null);

    /// <summary>The same cells in a window.</summary>
    public RowKey In(WindowBounds window) => new(Cells, window);

    /// <inheritdoc/>
    public bool Equals(RowKey? other) => other is not null
        && _hash == other._hash
        && (Cells.Length == 1 && other.Cells.Length == 1
            ? SqlValueComparer.Instance.Equals(Cells[0], other.Cells[0])
            : Cells.AsSpan().SequenceEqual(other.Cells, SqlValueComparer.Instance))
        && Nullable.Equals(Window, other.Window);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RowKey);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Cells)}]{Window}";
}
