using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Isolation;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Isolation;

/// <summary>Who may do what on the brokers.</summary>
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
    }
}
