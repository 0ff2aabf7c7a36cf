using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>What was seen last of each query; of services that do not answer it is older than of the others.</summary>
public sealed class LastQueries
{
    private readonly Dictionary<string, (QueryEvidence Query, DateTimeOffset At)> _looks;
    private readonly DateTimeOffset? _wholeAt;

    private LastQueries(Dictionary<string, (QueryEvidence, DateTimeOffset)> looks, DateTimeOffset? wholeAt, DateTimeOffset roundAt) =>
        (_looks, _wholeAt, RoundAt) = (looks, wholeAt, roundAt);

    /// <summary>The last round, whether or not it saw any.</summary>
    public DateTimeOffset RoundAt { get; }

    /// <summary>The query as it was seen last, and when.</summary>
    /// <returns>No query where there was none in a look at all services, at that time; no time either where nobody knows.</returns>
    public (QueryEvidence? Query, DateTimeOffset? At) Find(string queryId) =>
        _looks.TryGetValue(queryId, out var look) ? (look.Query, look.At) : (null, _wholeAt);

    /// <summary>The looks with what another round saw.</summary>
    internal static LastQueries? After(LastQueries? before, EvidenceRound round)
    {
        if (round.Queries is not { } queries)
        {
            return before is null ? null : new LastQueries(before._looks, before._wholeAt, round.TakenAt);
        }

        var unseen = round.UnseenServices.Select(service => service.ServiceId).ToHashSet(StringComparer.Ordinal);
        IEnumerable<(QueryEvidence Query, DateTimeOffset At)> kept =
            before is null ? [] : before._looks.Values.Where(look => unseen.Contains(look.Query.ServiceId));
        var looks = kept.Concat(queries.Select(query => (Query: query, At: round.TakenAt)))
            .DistinctBy(look => look.Query.QueryId, StringComparer.Ordinal).ToDictionary(look => look.Query.QueryId, StringComparer.Ordinal);
        return new LastQueries(looks, unseen.Count == 0 ? round.TakenAt : null, round.TakenAt);
    }
}
