using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// How a persistent query is, from what SHOW QUERIES and EXPLAIN say of it. ksqlDB's <c>state</c> is kept for old clients and knows only RUNNING and
/// ERROR (RunningQuery.getState, QueryDescription.getState); that a query is paused stands only in the states of its hosts.
/// </summary>
internal static class KsqlQueryState
{
    public const string Running = "RUNNING", Paused = "PAUSED", Error = "ERROR";

    /// <summary>ERROR when a host says so, PAUSED when every host that answers does, else RUNNING; the server's own word where it names no hosts.</summary>
    public static string Of(JsonElement query)
    {
        var hosts = StatesOfHosts(query).ToHashSet(StringComparer.Ordinal);
        if (hosts.Count == 0)
        {
            return WordOf(query);
        }

        // a host that does not answer says nothing about the query
        const string Unresponsive = "UNRESPONSIVE";
        var silent = hosts.Remove(Unresponsive);
        return hosts switch
        {
            _ when hosts.Contains(Error) => Error,
            { Count: 0 } when silent => Unresponsive,
            { Count: 1 } => hosts.Single(),
            _ => Running,
        };
    }

    /// <summary>SHOW QUERIES counts hosts by state, EXPLAIN names the state of each host.</summary>
    private static IEnumerable<string> StatesOfHosts(JsonElement query)
    {
        if (query.TryGetProperty("statusCount", out var counts) && counts.ValueKind == JsonValueKind.Object)
        {
            return counts.EnumerateObject().Where(count => count.Value.TryGetInt32(out var hosts) && hosts > 0).Select(count => count.Name);
        }

        return query.TryGetProperty("ksqlHostQueryStatus", out var states) && states.ValueKind == JsonValueKind.Object
            ? states.EnumerateObject().Select(host => host.Value.GetString() ?? "")
            : [];
    }

    /// <summary>Text such as "RUNNING", or "RUNNING:1" from old servers.</summary>
    private static string WordOf(JsonElement query) =>
        query.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String ? (state.GetString() ?? "").Split(':')[0] : "";
}
