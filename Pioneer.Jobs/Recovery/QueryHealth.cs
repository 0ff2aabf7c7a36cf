using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>How the query of a subscription fares, as it was seen last; for everybody who sees the subscription.</summary>
/// <param name="State">ksqlDB's own word, <c>MISSING</c> where it has no such query, <c>NOT_OBSERVED</c> where it did not answer in the last round,
/// or not since the query was deployed.</param>
/// <param name="SeenAt">The last round in which its ksqlDB answered: what follows is that old. Null where it has not since the portal started.</param>
/// <param name="Skipped">Rows that it left out; null where that is not observed, as of ksqlDB itself.</param>
/// <param name="FailedValues">Values that are NULL in what it delivered because they could not be computed; null where that is not observed.</param>
public sealed record QueryHealth(string State, DateTimeOffset? SeenAt, SkippedRows? Skipped, FailedValues? FailedValues)
{
    /// <summary>The health of a query; ids name their tenant, so no two services have the same.</summary>
    /// <param name="deployedAt">When the query was deployed, a look before which says nothing of it; null where it was not yet.</param>
    public static QueryHealth Of(PlatformPicture picture, string queryId, DateTimeOffset? deployedAt)
    {
        if (picture.LastQueries is not { } last || last.Find(queryId) is not { At: { } at } look || !(deployedAt <= at))
        {
            return new QueryHealth("NOT_OBSERVED", null, null, null);
        }

        return new QueryHealth(at == last.RoundAt ? look.Query?.State ?? "MISSING" : "NOT_OBSERVED", at, look.Query?.Skipped, look.Query?.FailedValues);
    }
}
