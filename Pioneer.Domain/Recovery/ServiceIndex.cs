using System.Runtime.CompilerServices;

namespace Pioneer.Domain.Recovery;

/// <summary>
/// Finds connectors, queries and services of one round without going through all of them, as <see cref="ClusterIndex"/> does for the
/// brokers' part.
/// </summary>
internal sealed class ServiceIndex
{
    private static readonly ConditionalWeakTable<EvidenceRound, ServiceIndex> All = [];

    private readonly Dictionary<string, ConnectorEvidence> _connectors;
    private readonly ILookup<string, (int Order, QueryEvidence Query)> _queries;
    private readonly Dictionary<string, UnseenService> _unseen;

    private ServiceIndex(EvidenceRound round)
    {
        _connectors = ClusterIndex.First(round.Connectors ?? [], connector => connector.Name);
        _queries = (round.Queries ?? []).Select((query, order) => (Order: order, Query: query))
            .ToLookup(item => item.Query.QueryId, StringComparer.Ordinal);
        _unseen = ClusterIndex.First(round.UnseenServices, service => service.ServiceId);
    }

    public static ServiceIndex Of(EvidenceRound round) => All.GetValue(round, static seen => new ServiceIndex(seen));

    public ConnectorEvidence? Connector(string name) => _connectors.GetValueOrDefault(name);

    public QueryEvidence? Query(string id) => _queries[id].FirstOrDefault().Query;

    /// <summary>The first in the round's order of those queries that stand with an error.</summary>
    public QueryEvidence? FirstBroken(IEnumerable<string> ids) =>
        ids.SelectMany(id => _queries[id]).Where(item => item.Query.State == "ERROR").OrderBy(item => item.Order).FirstOrDefault().Query;

    public UnseenService? Unseen(string service) => _unseen.GetValueOrDefault(service);
}
