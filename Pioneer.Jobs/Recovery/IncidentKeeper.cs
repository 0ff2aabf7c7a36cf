using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// The two detectors. Opens an incident when two quick looks in a row show the same failure, and notes on it when the failure is over; one open incident
/// a scenario and subject. Closing takes a verdict, so that is done by the playbook run or by the judge below, never by silence.
/// </summary>
public sealed partial class IncidentKeeper(
    IServiceScopeFactory scopes, TenantFlowReader flows, PlatformPicture picture, DrillMarker drills, IIdGenerator ids, TimeProvider time,
    ILogger<IncidentKeeper> logger)
{
    private const string Cluster = "kafka";

    /// <summary>Compares two looks in a row and opens what both of them show.</summary>
    public async Task JudgeAsync(QuickLook? before, QuickLook now, CancellationToken ct)
    {
        if (before is null)
        {
            return;
        }

        if (!before.BrokersAnswer && !now.BrokersAnswer)
        {
            await OpenAsync(Scenario.ClusterUnavailable, Cluster, "Kafka does not answer",
                "No broker answered two probes in a row.", tenant => true, ct);
            return;
        }

        if (before.Connectors is not { } earlier || now.Connectors is not { } connectors || !now.BrokersAnswer)
        {
            return;
        }

        foreach (var failed in connectors.Where(connector => connector.IsFailed && earlier.Any(old => old.Name == connector.Name && old.IsFailed)))
        {
            await OpenAsync(Scenario.ConnectorFailed, failed.Name, $"Connector {failed.Name}: task failed", FirstLine(failed.Trace),
                tenant => tenant.Flow.Hops.OfType<FlowHop.Ingestion>().Any(hop => hop.Connector == failed.Name), ct);
        }
    }

    private async Task OpenAsync(Scenario scenario, string subject, string title, string reason, Func<WatchedTenant, bool> affects, CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        if (await db.Incidents.AnyAsync(incident => incident.Scenario == scenario.Number && incident.Subject == subject
            && incident.State != IncidentState.Closed, ct))
        {
            return;
        }

        var now = time.GetUtcNow();
        var id = ids.Next<IncidentId>();
        var evidence = picture.LastGood;
        db.Incidents.Add(new Incident
        {
            Id = id,
            Scenario = scenario.Number,
            Subject = subject,
            Title = title,
            Reason = reason,
            DetectedAt = now,
            LastGoodAt = evidence?.TakenAt,
            IsDrill = drills.IsRunning(scenario, subject),
            Tenants =
            [
                .. (await flows.ReadAsync(ct)).Where(affects).Select(tenant => new IncidentTenant
                {
                    IncidentId = id,
                    TenantId = tenant.Id,
                    Verdict = Verdict.Unknown,
                    Explanation = scenario.Meaning,
                    LossBeginsAt = evidence is null ? null : LossHorizon.Of(tenant.Flow, evidence, now).Left is { } left ? now + left : null,
                }),
            ],
            Timeline = [new IncidentEvent { IncidentId = id, At = now, Text = $"Detected: {title}. {reason}" }],
        });
        await db.SaveChangesAsync(ct);
        Log.Opened(logger, id, scenario.Number, subject, reason);
    }

    private static string FirstLine(string? trace) =>
        trace is null ? "Its status is FAILED; the worker gave no trace." : trace.Split('\n', 2)[0].Trim();

    private static partial class Log
    {
        [LoggerMessage(EventId = 6020, Level = LogLevel.Warning, Message = "Incident {Incident} opened: {Scenario} on {Subject}. {Reason}")]
        public static partial void Opened(ILogger logger, IncidentId incident, string scenario, string subject, string reason);
    }
}

/// <summary>Knows which drills are injecting a fault in this process, so that their incidents are marked as drills.</summary>
public sealed class DrillMarker
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Scenario, string Subject), bool> _running = new();

    /// <summary>Whether a drill of the scenario on the subject is under way.</summary>
    public bool IsRunning(Scenario scenario, string subject) => _running.ContainsKey((scenario.Number, subject));

    internal void Begin(Scenario scenario, string subject) => _running[(scenario.Number, subject)] = true;

    internal void End(Scenario scenario, string subject) => _running.TryRemove((scenario.Number, subject), out _);
}
