using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// The third fence: asks ksqlDB what a started query really reads and writes. A query that touches anything outside the tenant's names is
/// terminated at once and becomes an incident.
/// </summary>
public sealed class QueryIsolationCheck(
    KsqlDbClient ksql, IDbContextFactory<PioneerDbContext> database, IIdGenerator ids, TimeProvider time, ILogger<QueryIsolationCheck> logger)
{
    private const string Separator = "__";

    /// <summary>Scenario of incidents about tenants that are not kept apart.</summary>
    internal const string IsolationScenario = "ISOLATION";

    public async Task<Result> CheckAsync(string serviceId, string queryId, CancellationToken ct)
    {
        var query = await ksql.ExplainAsync(serviceId, queryId, ct);
        if (query is null)
        {
            return new Error("QueryNotRunning", $"ksqlDB accepted query '{queryId}' but does not show it.", "Deploy it again.");
        }

        var outside = new List<string>();
        var prefix = Prefix(queryId);
        foreach (var name in query.Sources.Concat(query.Sinks).Distinct(StringComparer.Ordinal))
        {
            var described = await ksql.DescribeAsync(serviceId, name.Trim('`'), ct);
            var topic = described is null ? null : TopicNames.Parse(described.Topic);
            if (!name.Trim('`').StartsWith(prefix, StringComparison.Ordinal) || topic is null || KsqlNames.Prefix(topic.Tenant) != prefix)
            {
                outside.Add(described is null ? name : $"{name} ({described.Topic})");
            }
        }

        return outside.Count == 0 ? Result.Success : await EndAsync(serviceId, queryId, prefix, outside, ct);
    }

    private async Task<Result> EndAsync(string serviceId, string queryId, string prefix, List<string> outside, CancellationToken ct)
    {
        await ksql.TerminateAsync(serviceId, queryId, ct);
        var things = string.Join(", ", outside);
        ProvisioningLog.IsolationBroken(logger, queryId, things);
        await using var db = await database.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        var tenants = await db.Tenants.ToListAsync(ct);
        var tenant = tenants.Find(row => KsqlNames.Prefix(row.Slug) == prefix);
        if (!await db.Incidents.OpenOf(IsolationScenario, queryId).AnyAsync(ct))
        {
            db.Incidents.Add(new Incident
            {
                Id = ids.Next<IncidentId>(),
                Scenario = IsolationScenario,
                Subject = queryId,
                Title = $"Query {queryId} touched what is not its tenant's and was terminated",
                DetectedAt = now,
                Reason = $"ksqlDB says that the query uses {things}.",
            });
        }

        db.AuditEntries.Add(new AuditEntry
        {
            At = now,
            ActorId = Actor.System.Id,
            ActorName = Actor.System.Name,
            Action = "QueryTerminatedForIsolation",
            SubjectKind = "query",
            Subject = queryId,
            TenantId = tenant?.Id,
            Before = System.Text.Json.JsonSerializer.Serialize(outside),
        });
        await db.SaveChangesAsync(ct);
        return new Error("IsolationBroken", $"Query '{queryId}' uses {things}, which is not the tenant's. It was terminated and an incident was opened.",
            "Read only the streams that the editor offers.");
    }

    /// <summary>A slug holds no underscore, so the first double one ends the tenant's part.</summary>
    private static string Prefix(string queryId)
    {
        var end = queryId.IndexOf(Separator, StringComparison.Ordinal);
        return end < 0 ? queryId + Separator : queryId[..(end + Separator.Length)];
    }
}
