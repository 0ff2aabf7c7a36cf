using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Holds connectors that say they run against the tables that they read: one that does not move though its table has newer rows, or rows at all where it delivered
/// none, stands still. One connection a source and one statement a feed over what came since the last look, every 15 s at most; a feed whose look takes
/// long is looked at less often, and one whose look exceeds its limit is not observed. State feeds have no order that a look could go by and are left out.
/// The same statements count the rows that come for nobody.
/// </summary>
public sealed partial class FeedWatch(
    IServiceScopeFactory scopes, SourceConnections sources, SourceProbe probe, ConnectClient connect, PlatformPicture picture, TimeProvider time,
    ILogger<FeedWatch> logger) : BackgroundService
{
    /// <summary>Sources that are looked at side by side, and feeds of one that are looked at in a row: the others have their turn at the next.</summary>
    private const int AtOnce = 4, FeedsInARow = 16;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<FeedId, TableBook> _books = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Turn, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // what stands in the picture keeps its age, and the next turn comes soon
                Log.Failed(logger, failure);
            }
        }
    }

    /// <summary>Looks at the tables whose turn it is and puts what was seen into the picture.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        if (picture.Look?.Connectors is not { } connectors)
        {
            return;
        }

        var states = connectors.DistinctBy(connector => connector.Name).ToDictionary(connector => connector.Name, StringComparer.Ordinal);
        var (wanted, owned) = await WantedAsync(ct);
        var running = wanted.Select(one => (one.Feed, Connector: Running(one, states.GetValueOrDefault(one.Connector))))
            .Where(pair => pair.Connector is not null).ToLookup(pair => pair.Feed, pair => pair.Connector!);
        var connected = await sources.ReadAsync(ct);
        foreach (var (feed, book) in _books)
        {
            if (!owned.Contains(feed))
            {
                _books.TryRemove(feed, out _);
            }
            else if (!running.Contains(feed))
            {
                // what comes meanwhile is seen once one runs again
                book.Keep([]);
            }
        }

        await Parallel.ForEachAsync(
            connected, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (source, token) =>
            {
                try
                {
                    await LookAtAsync(source, running, owned, token);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // one source that is odd keeps no other from being looked at
                    Log.Failed(logger, failure);
                }
            });
        picture.ShowTables(
            [.. _books.Values.SelectMany(book => book.Looks)], [.. _books.Values.Select(book => book.Strays).OfType<StrayRows>()]);
    }

    private async Task LookAtAsync(
        ConnectedSource source, ILookup<FeedId, RunningConnector> running, ILookup<FeedId, string> owned, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var due = new List<(TableBook Book, List<RunningConnector> Connectors, FeedId Feed)>();
        foreach (var feed in source.Feeds.Where(feed => feed.Kind is FeedKind.Event && running.Contains(feed.Id)))
        {
            var book = _books.TryGetValue(feed.Id, out var known) && known.IsOf(feed, source.Connection) ? known : _books[feed.Id] = new TableBook(feed, source.Connection, now);
            var connectors = running[feed.Id].ToList();
            book.Keep(connectors);
            if (book.DueAt <= now)
            {
                due.Add((book, connectors, feed.Id));
            }
        }

        due = [.. due.OrderBy(entry => entry.Book.DueAt).Take(FeedsInARow)];
        if (due.Count == 0)
        {
            return;
        }

        var questions = due.ConvertAll(entry => entry.Book.Questions(entry.Connectors, now));
        var look = await probe.LookAsync(source.Connection, [.. questions.SelectMany(asked => asked)], ct);
        var at = 0;
        foreach (var ((book, connectors, feed), asked) in due.Zip(questions))
        {
            if (look.Feeds.IsEmpty)
            {
                book.TakeNothing(connectors, look.Contact.Error?.ToText() ?? "The source was not reached.", now);
                continue;
            }

            await book.TakeAsync(
                connectors, owned[feed].ToHashSet(StringComparer.Ordinal), [.. look.Feeds.Skip(at).Take(asked.Length)], now, connector => PositionAsync(connector, ct));
            at += asked.Length;
        }
    }

    private async Task<ConnectorPosition?> PositionAsync(string connector, CancellationToken ct) =>
        WorkerProgress.Position([.. (await connect.OffsetsAsync(connector, ct)).Select(offset => offset.Offset)]);

    /// <summary>Null for one that does not say that it runs: that is found elsewhere.</summary>
    private RunningConnector? Running(Wanted wanted, ConnectorEvidence? seen)
    {
        if (seen is not { State: "RUNNING", Tasks.IsEmpty: false } || seen.Tasks.Any(task => task.State != "RUNNING"))
        {
            return null;
        }

        var topic = picture.LastGood?.Topic(wanted.Connector);
        var delivered = seen.Progress is { } progress ? progress.Position is not null || progress.Rows > 0 || seen.Skipped is { Count: > 0 }
            : topic is null ? (bool?)null
            : topic.Partitions.Any(partition => partition.End > 0);
        return new RunningConnector(wanted.Connector, wanted.Tenant, wanted.TenantValue, seen.Progress, delivered, topic?.Partitions.Max(partition => partition.GrewAt));
    }

    /// <summary>The connectors that are to run, and by feed the values of the tenant column that somebody is granted.</summary>
    private async Task<(List<Wanted> Wanted, ILookup<FeedId, string> Owned)> WantedAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var rows = await (from entitlement in db.Entitlements.AsNoTracking()
                          join tenant in db.Tenants on entitlement.TenantId equals tenant.Id
                          join feed in db.Feeds on entitlement.FeedId equals feed.Id
                          where entitlement.State == EntitlementState.Granted && feed.Kind == FeedKind.Event
                          select new { feed.Id, feed.Name, tenant.Slug, tenant.State, entitlement.TenantValue, entitlement.Paused }).ToListAsync(ct);
        var wanted = rows.Where(row => !row.Paused && row.State is (TenantState.Active or TenantState.Provisioning))
            .Select(row => new Wanted(row.Id, TopicNames.Feed(row.Slug, row.Name), row.Slug.Value, row.TenantValue));

        // whoever left keeps its grants, and gets no rows
        return ([.. wanted], rows.Where(row => row.State is not (TenantState.Offboarding or TenantState.Deleted)).ToLookup(row => row.Id, row => row.TenantValue));
    }

    private sealed record Wanted(FeedId Feed, string Connector, string Tenant, string TenantValue);

    private static partial class Log
    {
        [LoggerMessage(EventId = 6061, Level = LogLevel.Error, Message = "A look at the tables of feeds failed; the next one is due in a few seconds")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
