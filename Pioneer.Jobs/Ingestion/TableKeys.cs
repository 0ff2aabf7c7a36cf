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
            if (rows.Fields.FirstOrDefault(field => !KeyText.Knows(field.Form)) is { } odd)
            {
                return new Error(
                    "BatchKeysNotCompared",
                    $"Keys of type {odd.SourceType} can be written in more than one way, so those of the table and of the topic are not compared.",
                    "Key the feed by texts or whole numbers to have rows that are gone deleted.");
            }

            try
            {
                if (KeyText.OfValues([.. rows.Fields.Select((field, at) => field.Value(rows.Reader, at))]) is { } key)
                {
                    keys.Add(key);
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
