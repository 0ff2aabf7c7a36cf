using System.Collections.Immutable;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Recovery;

/// <summary>Takes one full round of evidence, in bulk. A component that does not answer leaves its part null; the round never fails as a whole.</summary>
public sealed partial class EvidenceReader(KafkaAdmin admin, ConnectClient connect, KsqlDbClient ksql, TimeProvider time, ILogger<EvidenceReader> logger)
{
    private static readonly TimeSpan ServicePatience = TimeSpan.FromSeconds(8);

    /// <summary>Reads the round and carries the undelivered clocks on from the round before.</summary>
    /// <param name="tenants">Whose things are looked at.</param>
    /// <param name="before">The round before; null for the first.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="asksDates">False for a round that only waits for something: the times of unread records are carried on, and none is asked for.</param>
    public async Task<EvidenceRound> ReadAsync(ImmutableArray<WatchedTenant> tenants, EvidenceRound? before, CancellationToken ct, bool asksDates = true)
    {
        var now = time.GetUtcNow();
        var hops = tenants.SelectMany(tenant => tenant.Flow.Hops).ToList();
        var topics = hops.Select(hop => hop.Topic).ToHashSet(StringComparer.Ordinal);
        var groups = hops.OfType<FlowHop.Reading>().SelectMany(hop => new[] { hop.Group, hop.EarlierGroup }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var cluster = ProbeAsync("kafka", () => admin.ReadEvidenceAsync(topics, groups, ct), ct);
        var connectors = ProbeAsync("connect", () => ConnectorsAsync(ct), ct);
        var queries = QueriesAsync(tenants, before, ct);
        var seen = await cluster;
        var (running, unseen) = await queries;
        var clocked = seen is null ? null : EvidenceClocks.Carried(seen, now, before);
        return new EvidenceRound(
            now,
            clocked is null || !asksDates ? clocked : await DatedAsync(clocked, now, before?.TakenAt, ct),
            await connectors is { } found ? [.. found] : null,
            running)
        {
            UnseenServices = unseen,
        };
    }

    /// <summary>The later round with what its logs still hold of the earlier one; as it is where there is nothing to compare or nobody answers.</summary>
    public async Task<EvidenceRound> CompareAsync(EvidenceRound? before, EvidenceRound after, CancellationToken ct) =>
        before?.Cluster is { } earlier && after.Cluster is { } later && earlier.ClusterId == later.ClusterId
            ? after with { Cluster = await ProbeAsync("leader epochs", () => admin.CompareAsync(earlier, later, ct), ct) ?? later }
            : after;

    /// <summary>Connectors with their tasks, in one request.</summary>
    public async Task<List<ConnectorEvidence>> ConnectorsAsync(CancellationToken ct) =>
        [.. (await connect.ListAsync(ct)).Select(connector => new ConnectorEvidence(
            connector.Name,
            connector.Status.State,
            [.. connector.Status.Tasks.Select(task => new TaskEvidence(task.Id, task.State))],
            connector.Status.FailureTrace) { Skipped = connector.Status.Skipped, Progress = connector.Status.Progress })];

    private async Task<ClusterEvidence> DatedAsync(
        ClusterEvidence cluster, DateTimeOffset takenAt, DateTimeOffset? takenBefore, CancellationToken ct)
    {
        var places = UndatedPlaces.Of(cluster, takenAt, takenBefore);
        var dates = places.IsEmpty ? null : await ProbeAsync("times of records", () => admin.DatesAsync(places, ct), ct);
        return dates is null ? cluster : UndatedPlaces.Dated(cluster, dates, takenAt);
    }

    /// <summary>Each service is asked by itself: one that is dead blinds nobody but its own tenants.</summary>
    private async Task<(ImmutableArray<QueryEvidence>? Seen, ImmutableArray<UnseenService> Unseen)> QueriesAsync(
        ImmutableArray<WatchedTenant> tenants, EvidenceRound? before, CancellationToken ct)
    {
        var services = tenants.Where(tenant => tenant.Flow.Readers.Any()).Select(tenant => tenant.ServiceId)
            .Distinct(StringComparer.Ordinal).ToList();
        var asked = await Task.WhenAll(services.Select(async service =>
        {
            string? reason = null;
            var found = await ProbeAsync($"ksql {service}", () => InTimeAsync(service, ct), why => reason = why, ct);
            return (Service: service, Found: found, Reason: reason);
        }));
        var unseen = asked.Where(answer => answer.Found is null)
            .Select(answer => new UnseenService(answer.Service, answer.Reason ?? "No answer", SeenAt(answer.Service, before))).ToImmutableArray();
        return unseen.Length > 0 && unseen.Length == services.Count
            ? (null, unseen)
            : ([.. asked.SelectMany(answer => answer.Found ?? [])], unseen);
    }

    private static DateTimeOffset? SeenAt(string service, EvidenceRound? before) =>
        before?.UnseenServiceOf(service) is { } known ? known.SeenAt
        : before?.Queries is null ? null
        : before.TakenAt;

    /// <summary>A service that hangs must not hold up what the round says of the others.</summary>
    private async Task<List<QueryEvidence>> InTimeAsync(string service, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(ServicePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await QueriesOfAsync(service, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new KsqlDbUnavailableException(service, $"no answer within {ServicePatience.TotalSeconds:0} s");
        }
    }

    private async Task<List<QueryEvidence>> QueriesOfAsync(string service, CancellationToken ct) =>
        [.. (await ksql.ListQueriesAsync(service, ct)).Select(query => new QueryEvidence(service, query.Id, query.State, null)
        {
            Skipped = query.Faults?.Skipped,
            FailedValues = query.Faults?.FailedValues,
        })];

    private Task<T?> ProbeAsync<T>(string probe, Func<Task<T>> read, CancellationToken ct) where T : class =>
        ProbeAsync(probe, read, _ => { }, ct);

    private async Task<T?> ProbeAsync<T>(string probe, Func<Task<T>> read, Action<string> failed, CancellationToken ct) where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (!ct.IsCancellationRequested && failure is (IOException or KafkaRequestException or InvalidOperationException))
        {
            Log.NotObserved(logger, probe, failure.Message);
            failed(failure.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6001, Level = LogLevel.Warning, Message = "Probe {Probe} saw nothing: {Reason}")]
        public static partial void NotObserved(ILogger logger, string probe, string reason);
    }
}
