using System.Collections.Immutable;
using Pioneer.Domain.Ingestion;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Rows of a feed's table that came and reach nobody: no tenant is granted the value that they name, or they name none. Where a feed goes by time, a row that
/// changes counts each time, and one that is committed later than others with the same or a later time may not.
/// </summary>
/// <param name="Since">The first look since a connector of the feed last began to run: rows that came before it are not among them.</param>
/// <param name="At">The last look.</param>
/// <param name="Rows">How many came between both.</param>
/// <param name="Values">By value, most first; at most <see cref="FeedCheck.MaxValues"/>.</param>
/// <param name="HasMoreValues">Whether there are more values than are listed.</param>
public sealed record StrayRows(string Feed, DateTimeOffset Since, DateTimeOffset At, long Rows, ImmutableArray<RowsOfValue> Values, bool HasMoreValues);

/// <summary>Counts them from look to look.</summary>
internal sealed class StrayCount(string feed)
{
    // a dictionary has no key for rows that name nobody
    private readonly Dictionary<ValueTuple<string?>, long> _rows = [];
    private long _ofMoreValues;

    /// <summary>What was counted so far; null before the first look.</summary>
    public StrayRows? Counted { get; private set; }

    /// <summary>Adds what a look saw for the first time, and leaves out what is somebody's by now.</summary>
    /// <param name="owned">Values of the tenant column that somebody is granted, whether its connector runs or not.</param>
    /// <param name="at">When the look was.</param>
    public void Take(IEnumerable<NewRows> rows, IReadOnlySet<string> owned, DateTimeOffset at)
    {
        foreach (var claimed in _rows.Keys.Where(value => value.Item1 is { } name && owned.Contains(name)).ToList())
        {
            _rows.Remove(claimed);

            // which of the others are somebody's by now is not known
            _ofMoreValues = 0;
        }

        foreach (var row in rows.Where(row => row.Unseen > 0 && (row.TenantValue is null || !owned.Contains(row.TenantValue))))
        {
            ValueTuple<string?> value = new(row.TenantValue);
            if (_rows.TryGetValue(value, out var before) || _rows.Count < FeedCheck.MaxValues)
            {
                _rows[value] = before + row.Unseen;
            }
            else
            {
                _ofMoreValues += row.Unseen;
            }
        }

        Counted = new StrayRows(
            feed, Counted?.Since ?? at, at, _rows.Values.Sum() + _ofMoreValues,
            [
                .. _rows.Select(row => new RowsOfValue(row.Key.Item1, row.Value))
                    .OrderByDescending(row => row.Rows).ThenBy(row => row.Value, StringComparer.Ordinal),
            ],
            _ofMoreValues > 0);
    }
}
