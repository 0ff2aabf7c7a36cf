using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Isolation;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Isolation;

/// <summary>Who may do what on the brokers, and what checks of isolation have shown.</summary>
internal static class IsolationApi
{
    public static void MapIsolation(this RouteGroupBuilder api)
    {
        api.MapGet("/rights/decision", async (
            string principal, AclOperation operation, AclResourceType type, string? name, string? host, RightsQuery rights, CurrentActor current, CancellationToken ct) =>
            (await rights.DecideAsync(current.Actor, principal, operation, type, name, host, ct)).ToAnswer())
            .Answers<RightsDecision>("Says whether a principal may do something on the brokers, and which rules decide.");

        api.MapGet("/rights/holders", async (
            AclOperation operation, AclResourceType type, string? name, RightsQuery rights, CurrentActor current, CancellationToken ct) =>
            (await rights.HoldersAsync(current.Actor, operation, type, name, ct)).ToAnswer())
            .Answers<RightsHolders>("Lists everybody who may do something on the brokers.");

        api.MapPost("/isolation:check", async (IsolationChecks checks, CurrentActor current, CancellationToken ct) =>
            (await checks.StartAllAsync(current.Actor, ct)).ToAccepted()).Starts("Checks the isolation of all active tenants.");

        api.MapPost("/tenants/{slug}/isolation:check", async (string slug, IsolationChecks checks, CurrentActor current, CancellationToken ct) =>
            (await checks.StartAsync(current.Actor, slug, ct)).ToAccepted()).Starts("Tries what must be refused to the tenant.");

        api.MapGet("/tenants/{slug}/isolation", async (string slug, [AsParameters] PageQuery page, IsolationChecks checks, CurrentActor current, HttpContext http, CancellationToken ct) =>
            (await checks.ListAsync(current.Actor, slug, ct)).ToAnswer(rows => page.AnswerPart(http, rows, row => row)))
            .Answers<IsolationSummary[]>("Lists what checks of isolation have shown, the newest first.");

        api.MapGet("/tenants/{slug}/isolation/{id}", async (string slug, long id, IsolationChecks checks, CurrentActor current, CancellationToken ct) =>
            (await checks.GetAsync(current.Actor, slug, id, ct)).ToAnswer()).Answers<IsolationEvidence>("Shows one record with each attempt.");
    }
}
