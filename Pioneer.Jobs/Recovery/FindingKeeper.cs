using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Sources;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Judges each round of evidence against what is wanted, and keeps since when each finding has stood. A finding is shown when two rounds in a row have
/// it, as things that are just being made or taken away are missing for a moment; and becomes an incident when it has lasted. What was never there is
/// shown as missing and is no incident: its plan may still wait for somebody.
/// </summary>
public sealed class FindingKeeper(PlatformPicture picture, IncidentKeeper incidents, EvidenceStore store, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // longer than a connector takes to come back after an outage of the brokers: its back-off of 5 s and the start of its transactions
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(15);

    // what these tell of does not pass by itself
    private static readonly ImmutableHashSet<string> AtOnce =
        [Scenario.PartitionOffline.Number, Scenario.TopicMissing.Number, Scenario.RetentionPassed.Number];

    // topics, connectors and queries that some round had; null until the last one before the start was read
    private HashSet<string>? _everSeen;
    private ImmutableDictionary<(string Scenario, string Subject), DateTimeOffset> _firstFound = ImmutableDictionary<(string Scenario, string Subject), DateTimeOffset>.Empty;
    private ImmutableDictionary<(string Scenario, string Subject), Finding> _last = ImmutableDictionary<(string Scenario, string Subject), Finding>.Empty;

    /// <summary>Whether the last round found something that no other has confirmed yet.</summary>
    public bool HasDoubts { get; private set; }

    /// <summary>Judges a round; rounds come one after the other.</summary>
    /// <param name="tenants">What was wanted before the round was taken.</param>
    public async Task JudgeAsync(ImmutableArray<WatchedTenant> tenants, EvidenceRound round, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var found = Find(tenants, round, now).GroupBy(finding => finding.Key)
            .Select(same => same.First() with { Tenants = [.. same.SelectMany(finding => finding.Tenants).Distinct(StringComparer.Ordinal)], Since = Since(same.First(), now) })
            .ToImmutableDictionary(finding => finding.Key);
        // of a part that was not seen nothing new is known
        var kept = _last.Values.Where(finding => !found.ContainsKey(finding.Key) && !IsSeen(finding, round));
        var all = found.AddRange(kept.Select(finding => KeyValuePair.Create(finding.Key, finding)));
        // who has waited for seconds was seen to wait by more than one look
        var confirmed = all.Values.Where(finding => finding.IsToldAtOnce || _last.ContainsKey(finding.Key))
            .OrderBy(finding => finding.Since).ThenBy(finding => finding.Subject, StringComparer.Ordinal).ToList();
        HasDoubts = confirmed.Count < all.Count;
        _last = all;
        _firstFound = all.Keys.ToImmutableDictionary(key => key, key => _firstFound.TryGetValue(key, out var at) ? at : now);
        picture.ShowFindings(confirmed);
        await RememberAsync(round, ct);
        await incidents.NoteAsync([.. confirmed.Where(finding => IsIncident(finding) && (AtOnce.Contains(finding.Scenario.Number) || IsLasting(finding, now)))], ct);
    }

    /// <summary>What began before anybody could look, as while the brokers were away, gets a moment to pass by itself once it is seen.</summary>
    private bool IsLasting(Finding finding, DateTimeOffset now) => now - finding.Since >= Patience && now - _firstFound[finding.Key] >= Settles;

    private bool IsIncident(Finding finding) => finding.Scenario.Number switch
    {
        "S11" or "S14" or "S20" => _everSeen!.Contains(finding.Subject),
        "S21" => false,
        _ => true,
    };

    private async Task RememberAsync(EvidenceRound round, CancellationToken ct)
    {
        if (_everSeen is null)
        {
            // read before it is assigned: a database that does not answer is asked again with the next round
            var before = await store.LastGoodAsync(round.TakenAt.AddTicks(-1), ct);
            _everSeen = new HashSet<string>(before is null ? [] : ThingsIn(before), StringComparer.Ordinal);
        }

        _everSeen.UnionWith(ThingsIn(round));
    }

    private static IEnumerable<string> ThingsIn(EvidenceRound round) =>
    [
        .. round.Cluster?.Topics.Select(topic => topic.Name) ?? [],
        .. (round.Connectors ?? []).Select(connector => connector.Name),
        .. (round.Queries ?? []).Select(query => query.QueryId),
    ];

    private DateTimeOffset Since(Finding finding, DateTimeOffset now) => finding.Since != default ? finding.Since : _last.TryGetValue(finding.Key, out var before) ? before.Since : now;

    private static bool IsSeen(Finding finding, EvidenceRound round) => finding.Scenario.Number switch
    {
        "S21" when finding.Scenario != Scenario.RowsLeftOut => round.QueriesSeenWith(finding.Service) is not null,
        "S11" or "S21" => round.Connectors is not null,
        "S02" or "S03" or "S20" or "S23" => round.Cluster is not null,
        "S14" => round.Cluster is not null && round.QueriesSeenWith(finding.Service) is not null,
        _ => true,
    };

    private IEnumerable<Finding> Find(ImmutableArray<WatchedTenant> tenants, EvidenceRound round, DateTimeOffset now)
    {
        var connectors = round.Connectors?.DistinctBy(connector => connector.Name).ToDictionary(connector => connector.Name, StringComparer.Ordinal);
        var silent = (picture.Sources ?? []).Where(source => source.FailingSince is not null).SelectMany(source => source.Feeds).ToHashSet(StringComparer.Ordinal);
        foreach (var finding in tenants.SelectMany(tenant => FlowFindings.Of(tenant.Flow, round, connectors, now)))
        {
            // a source that is away is one finding, not one more for each connector that gets no answer from it
            if (!(finding.IsSilence && TopicNames.Parse(finding.Subject) is { } fed && silent.Contains(fed.Name)))
            {
                yield return finding;
            }
        }

        foreach (var finding in ClusterFindings.Of(tenants.Select(tenant => tenant.Flow), round).Concat(OfConnect(tenants, round)).Concat(OfSources(tenants)).Concat(OfTables(round, now)))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> OfConnect(ImmutableArray<WatchedTenant> tenants, EvidenceRound round)
    {
        var fed = tenants.Where(tenant => tenant.Flow.Ingestions.Any(hop => hop.Stopped is null)).Select(tenant => tenant.Slug.Value).ToImmutableArray();
        return round.Connectors is null && fed.Length > 0
            ? [new Finding(Scenario.ConnectUnavailable, RecoveryStatus.Connect, "Kafka Connect does not answer", "Its worker gave no list of connectors.", fed)]
            : [];
    }

    /// <summary>What does not run is found by its state.</summary>
    private IEnumerable<Finding> OfTables(EvidenceRound round, DateTimeOffset now) =>
        from look in picture.Tables
        where look.StandsAt(now)
        let connector = round.Connector(look.Connector)
        where connector is { State: "RUNNING", IsFailed: false }
        select new Finding(
            Scenario.ConnectorMissing, look.Connector, $"Connector {look.Connector} stands still against its table",
            look.Words + connector.Progress?.ErrorText(), [look.Tenant])
        {
            Since = look.BehindSince!.Value,
        };

    private IEnumerable<Finding> OfSources(ImmutableArray<WatchedTenant> tenants) =>
        from source in picture.Sources ?? []
        where source.FailingSince is not null
        let fed = tenants.Where(tenant => source.Feeds.Any(feed => tenant.Flow.Ingestions.Any(hop => hop.Topic == TopicNames.Feed(tenant.Slug, feed))))
        select new Finding(
            Scenario.SourceUnavailable, source.Subject,
            source.Last.Kind is SourceContactKind.Refused ? $"Source {source.Name} does not let us in" : $"Source {source.Name} cannot be reached",
            source.Last.Error?.ToText() ?? "It gave no reason.", [.. fed.Select(tenant => tenant.Slug.Value)]);
}
