using System.Data.Common;
using Pioneer.Domain;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;

namespace Pioneer.Jobs.Ingestion;

/// <summary>Reads which keys of a tenant a batch feed's table holds now, by a sign-in of the portal's own.</summary>
public sealed class TableKeys(SourceRules rules, TimeProvider time)
{
    private readonly SourceOpener _sources = new(rules, time);

    /// <summary>How long the query may go without giving a row.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The keys as texts (<see cref="KeyText"/>); rows without a key have none. Memory: all of them. Fails where the source does not answer, or where its keys cannot be compared.</summary>
    public async Task<Result<HashSet<string>>> ReadAsync(BatchFeed feed, CancellationToken ct)
    {
        var read = await _sources.TryAsync(feed.Source, Limit, (dialect, connection) => ReadAsync(feed, dialect, connection, ct), ct);
        return read.IsSuccess ? read.Value : read.Error;
    }

    private static async Task<Result<HashSet<string>>> ReadAsync(BatchFeed feed, ISourceDialect dialect, DbConnection connection, CancellationToken ct)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await using var command = connection.CreateCommand();
        command.CommandText = feed.KeysQuery;
        await using var rows = await dialect.QueryAsync(command, ct);
        while (await rows.ReadAsync())
        {
            ct.ThrowIfCancellationRequested();
            if (!KeyText.Knows(rows.Fields[0].Form))
            {
                return new Error("BatchKeysNotCompared", $"Keys of type {rows.Fields[0].SourceType} can be written in more than one way, so those of the table and of the topic are not compared.",
                    "Key the feed by a text or a whole number to have rows that are gone deleted.");
            }

            try
            {
                if (rows.Fields[0].Value(rows.Reader, 0) is { } key)
                {
                    keys.Add(KeyText.OfValue(key));
                }
            }
            catch (UnreadableValueException)
            {
                // its row is left out of the topic as well, and counted there
            }
        }

        return keys;
    }
}
