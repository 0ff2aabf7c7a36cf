using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>What is known of one source.</summary>
/// <param name="Feeds">Names of its feeds that somebody is granted.</param>
/// <param name="Last">The last try to reach it.</param>
/// <param name="ReachedAt">When it was reached last since the portal started; null when it was not.</param>
/// <param name="FailingSince">The first try of those in a row that failed; null when the last one did not.</param>
public sealed record SourceState(string Name, ImmutableArray<string> Feeds, SourceContact Last, DateTimeOffset? ReachedAt, DateTimeOffset? FailingSince)
{
    /// <summary>What incidents and components call it.</summary>
    public string Subject => $"Source {Name}";
}

/// <summary>
/// Looks at every source by itself, signing in as the feeds do: a connector that cannot reach its source goes on saying that it runs. A source that
/// hangs keeps no other from being looked at.
/// </summary>
public sealed partial class SourceWatch(
    SourceConnections sources, SourceProbe probe, PlatformPicture picture, TimeProvider time, ILogger<SourceWatch> logger) : BackgroundService
{
    /// <summary>Sources that are looked at side by side.</summary>
    private const int AtOnce = 8;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // what stands in the picture keeps its age, and the next look comes soon
                Log.Failed(logger, failure);
            }
        }
    }

    /// <summary>Looks at all sources once and puts what was seen into the picture.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        var found = new ConcurrentBag<SourceState>();
        await Parallel.ForEachAsync(
            await sources.ReadAsync(ct), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (source, token) =>
            {
                var contact = (await probe.LookAsync(source.Connection, [], token)).Contact;
                var before = picture.Sources?.FirstOrDefault(known => known.Name == source.Name);
                var reached = contact.Kind is SourceContactKind.Reached;
                found.Add(new SourceState(
                    source.Name, [.. source.Feeds.Select(feed => feed.Name)], contact, reached ? contact.At : before?.ReachedAt,
                    reached ? null : before?.FailingSince ?? contact.At));
            });
        picture.ShowSources([.. found.OrderBy(source => source.Name, StringComparer.Ordinal)]);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6060, Level = LogLevel.Error, Message = "A look at the sources failed; the next one is due in a few seconds")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
