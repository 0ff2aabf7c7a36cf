using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Operations;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Operations;

/// <summary>Background operations and the audit log.</summary>
internal static class OperationsApi
{
    public static void MapOperations(this RouteGroupBuilder api)
    {
        api.MapGet("/jobs", ListAsync).Answers<Page<OperationRow>>("The same as /operations.");
        api.MapGet("/operations", ListAsync).Answers<Page<OperationRow>>("Lists background operations, newest first.");

        api.MapGet("/operations/{id}", async (OperationId id, OperationQueries operations, CurrentActor current, CancellationToken ct) =>
            (await operations.GetAsync(current.Actor, id, ct)).ToAnswer(found => Results.Ok(OperationBody.Of(found)))).Answers<OperationBody>("Shows an operation with its steps.");

        api.MapPost("/operations/{id}:cancel", async (OperationId id, ControlOperations control, CurrentActor current, CancellationToken ct) =>
            (await control.CancelAsync(current.Actor, id, ct)).ToAnswer()).Does("Asks an operation to stop where it is safe.");

        api.MapPost("/operations/{id}:retry", async (OperationId id, ControlOperations control, CurrentActor current, CancellationToken ct) =>
            (await control.RetryAsync(current.Actor, id, ct)).ToAccepted()).Starts("Plans again from what is there.");

        api.MapGet("/audit", async (string? tenant, string? actor, string? action, string? query, DateTimeOffset? from, DateTimeOffset? to, string? cursor,
            int? limit, AuditQuery audit, CurrentActor current, CancellationToken ct) =>
            (await audit.ListAsync(current.Actor, new AuditFilter(tenant, actor, action, query, from, to, cursor, limit), ct)).ToAnswer()).Answers<Page<AuditRow>>("Lists who did what, newest first.");
    }

    private static async Task<IResult> ListAsync(
        string? tenant, OperationState? state, OperationKind? kind, string? query, string? cursor, int? limit, OperationQueries operations, CurrentActor current, CancellationToken ct) =>
        Results.Ok(await operations.ListAsync(current.Actor, new OperationFilter(tenant, state, kind, Search: query, Cursor: cursor, Limit: limit), ct));
}

/// <summary>An operation as the API shows it.</summary>
internal sealed record OperationBody(
    OperationId Id, OperationKind Kind, string? Tenant, string Subject, OperationState State, int Progress, IReadOnlyList<OperationStepRow> Steps, string? Error,
    DateTimeOffset RequestedAt, string RequestedBy, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    public static OperationBody Of(OperationDetail found) => new(
        found.Operation.Id, found.Operation.Kind, found.Operation.Tenant, found.Operation.Subject, found.Operation.State, found.Operation.Progress, found.Steps,
        found.Operation.Error, found.Operation.RequestedAt, found.Operation.RequestedBy, found.Operation.StartedAt, found.Operation.FinishedAt);
}
