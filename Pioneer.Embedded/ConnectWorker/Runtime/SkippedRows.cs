using Pioneer.Embedded.Connect.Rest;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>
/// Records that a task left out since it started. A record counts once the positions behind it are committed: before that a session that ends reads
/// it again. Written by the task alone, read from anywhere.
/// </summary>
internal sealed class SkippedRows(int task)
{
    private readonly List<SkippedRow> _open = [];
    private volatile SkippedInfo _committed = new(task, 0, null, null, null);

    /// <summary>As the REST API shows it.</summary>
    public SkippedInfo Committed => _committed;

    /// <summary>Notes a record of the open transaction.</summary>
    public void Add(SkippedRow row) => _open.Add(row);

    /// <summary>What is open will be read again.</summary>
    public void Forget() => _open.Clear();

    /// <summary>The open ones are behind committed positions now.</summary>
    /// <returns>Those that were just counted.</returns>
    public IReadOnlyList<SkippedRow> Commit(DateTimeOffset now)
    {
        if (_open.Count == 0)
        {
            return [];
        }

        List<SkippedRow> rows = [.. _open];
        _open.Clear();
        _committed = new SkippedInfo(task, _committed.Count + rows.Count, now, rows[^1].Place, rows[^1].Reason);
        return rows;
    }
}

/// <summary>A record that was left out.</summary>
/// <param name="Place">Which row it was, for people.</param>
internal sealed record SkippedRow(string Topic, string Place, string Reason);
