using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// Runs the playbook against a failure that is over and that nobody recovered: without it the incident would stand open for ever, and nobody
/// would learn whether anything was lost. Leaves people a moment to do it themselves, drills to the drill, and failed connectors to
/// <see cref="AutomaticRestarts"/>.
/// </summary>
public sealed partial class AutomaticVerdicts(
    IServiceScopeFactory scopes, PlatformPicture picture, IOptions<AutomaticRestartOptions> options, TimeProvider time, ILogger<AutomaticVerdicts> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), BetweenRuns = TimeSpan.FromMinutes(10);

    /// <summary>What three runs could not prove is for a person: the incident stays open and says what is missing.</summary>
    private const int MaxRuns = 3;

    // the last moment at which it was seen, by scenario and subject
    private readonly Dictionary<(string Scenario, string Subject), DateTimeOffset> _lastFound = [];
    private DateTimeOffset? _answeringSince;

    /// <summary>Does what is due after a look at the platform.</summary>
    public async Task ReactAsync(QuickLook look, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        _answeringSince = look.BrokersAnswer ? _answeringSince ?? now : null;
        foreach (var finding in picture.Findings)
        {
            _lastFound[finding.Key] = now;
        }

        if (!options.Value.Enabled || _answeringSince is not { } since || now - since < Patience)
        {
            return;
        }

        // what has no playbook is not over because no round of evidence shows it: rounds look at no fences between tenants
        var known = Scenario.Catalogue.Select(scenario => scenario.Number).ToList();
        await using var scope = scopes.OpenPlatform(out var db);
        var open = await db.Incidents.AsNoTracking()
            .Where(incident => known.Contains(incident.Scenario) && incident.Scenario != Scenario.ConnectorFailed.Number && incident.State != IncidentState.Closed && !incident.IsDrill
                && !db.PlaybookRuns.Any(run => run.Scenario == incident.Scenario && run.Subject == incident.Subject
                    && (!PlaybookRun.Over.Contains(run.State) || run.FinishedAt > now - BetweenRuns))
                && db.PlaybookRuns.Count(run => run.IncidentId == incident.Id && run.IsAutomatic) < MaxRuns)
            .Select(incident => new { incident.Id, incident.Scenario, incident.Subject }).ToListAsync(ct);
        foreach (var incident in open.Where(incident => IsOver(incident.Scenario, incident.Subject, since, now)))
        {
            var started = await scope.ServiceProvider.GetRequiredService<RunPlaybooks>().AutomaticallyAsync(
                incident.Id, incident.Scenario == Scenario.ClusterUnavailable.Number
                    ? "The brokers answer again and nobody ran the playbook: it runs by itself and gives the verdict."
                    : "It is no longer seen, and nobody ran the playbook: it runs by itself and gives the verdict.", ct);
            Log.Started(logger, incident.Id, started.Error?.Message ?? "started");
        }
    }

    /// <summary>Whether rounds that were taken since have not found it; after a start of the portal that takes a round or two.</summary>
    private bool IsOver(string scenario, string subject, DateTimeOffset answeringSince, DateTimeOffset now) =>
        scenario == Scenario.ClusterUnavailable.Number
        || now - (_lastFound.TryGetValue((scenario, subject), out var last) && last > answeringSince ? last : answeringSince) >= Patience
            && picture.Round?.TakenAt > now - Patience;

    private static partial class Log
    {
        [LoggerMessage(EventId = 6050, Level = LogLevel.Information, Message = "Playbook of incident {Incident} by itself: {Outcome}")]
        public static partial void Started(ILogger logger, IncidentId incident, string outcome);
    }
}
