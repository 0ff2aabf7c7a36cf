using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Api.Seeding;
using Pioneer.Portal.Features.Recovery;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>What the pages with a report show, as JSON, to whoever is signed in and may see the page: with when it was made and by whom.</summary>
internal static class ReportDownloads
{
    public static void MapReports(this IEndpointRouteBuilder app)
    {
        app.MapGet(PortalUrls.ReportOf(PortalUrls.Recovery), async (Reporter reporter, RecoveryStatusReader status, CancellationToken ct) =>
            reporter.Answer("status", await status.ReadAsync(ct)));

        app.MapGet("/recovery/incidents/{id:guid}/report.json", async (Guid id, Reporter reporter, RecoveryViews views, CancellationToken ct) =>
            await views.FindAsync(id, ct) is { } view ? reporter.Answer("incident", IncidentReport.Of(view)) : Results.NotFound());

        app.MapGet("/recovery/runs/{id:guid}/report.json", async (Guid id, Reporter reporter, PlaybookRunQueries runs, CancellationToken ct) =>
            await runs.GetAsync(reporter.Actor, new PlaybookRunId(id), ct) is { IsSuccess: true } found
                ? reporter.Answer("playbook-run", found.Value)
                : Results.NotFound());

        app.MapGet("/t/{slug}/seeds/runs/{id:guid}/report.json", async (string slug, Guid id, Reporter reporter, SeedQueries seeds, CancellationToken ct) =>
            await seeds.RunAsync(reporter.Actor, new SeedRunId(id), ct) is { IsSuccess: true } found && found.Value.Tenant == slug
                ? reporter.Answer("seed-run", SeedRunBody.Of(found.Value))
                : Results.NotFound());
    }

    /// <summary>Puts a report into its envelope.</summary>
    internal sealed class Reporter(CurrentActor current, IOptions<JsonOptions> json, TimeProvider time, IHttpContextAccessor http)
    {
        public Domain.Tenants.Actor Actor => current.Actor;

        public IResult Answer(string kind, object report)
        {
            var at = time.GetUtcNow();
            http.HttpContext!.Response.Headers.CacheControl = "no-store";
            var whole = new { Kind = kind, MadeAt = at, MadeBy = current.Actor.Name, Report = report };
            return Results.File(
                JsonSerializer.SerializeToUtf8Bytes(whole, json.Value.SerializerOptions), "application/json",
                FormattableString.Invariant($"{kind}-{at:yyyyMMdd-HHmmss}.json"));
        }
    }
}

/// <summary>An incident with what was written of it, as its page shows it.</summary>
internal sealed record IncidentReport(
    IncidentId Id, string Scenario, string Subject, string Title, IncidentState State, string Reason, bool IsDrill, DateTimeOffset? LastGoodAt,
    DateTimeOffset DetectedAt, DateTimeOffset? DeliveredAgainAt, DateTimeOffset? ClosedAt, IEnumerable<TenantVerdict> Tenants,
    IEnumerable<TimelineEntry> Timeline, PlaybookRunId? Run)
{
    public static IncidentReport Of(IncidentView view)
    {
        var incident = view.Incident;
        return new IncidentReport(
            incident.Id, incident.Scenario, incident.Subject, incident.Title, incident.State, incident.Reason, incident.IsDrill, incident.LastGoodAt,
            incident.DetectedAt, incident.DeliveredAgainAt, incident.ClosedAt,
            incident.Tenants.Select(tenant => new TenantVerdict(
                view.Slugs.GetValueOrDefault(tenant.TenantId), tenant.Verdict, tenant.Explanation, tenant.Proof, tenant.LossBeginsAt)),
            incident.Timeline.OrderBy(entry => entry.At).ThenBy(entry => entry.Id).Select(entry => new TimelineEntry(entry.At, entry.Text)),
            view.Run?.Id);
    }
}

/// <summary>What an incident means for one tenant.</summary>
internal sealed record TenantVerdict(string? Tenant, Verdict Verdict, string Explanation, string? Proof, DateTimeOffset? LossBeginsAt);

/// <summary>One line of an incident's timeline.</summary>
internal sealed record TimelineEntry(DateTimeOffset At, string Text);
