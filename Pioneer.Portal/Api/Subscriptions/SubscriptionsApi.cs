using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Subscriptions;

/// <summary>Subscriptions of a tenant.</summary>
internal static class SubscriptionsApi
{
    private const string One = "/tenants/{slug}/subscriptions/{name}";

    public static void MapSubscriptions(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/subscriptions",
            async (string slug, string? query, string? cursor, int? limit, SubscriptionQueries subscriptions, CurrentActor current, CancellationToken ct) =>
                (await subscriptions.ListAsync(current.Actor, slug, new SubscriptionFilter(query, Cursor: cursor, Limit: limit), ct)).ToAnswer());

        api.MapGet(One, async (string slug, string name, SubscriptionQueries subscriptions, CurrentActor current, HttpContext http, CancellationToken ct) =>
            (await subscriptions.GetAsync(current.Actor, slug, name, ct)).ToAnswer(http, found => found.Subscription.Revision));

        api.MapPost("/tenants/{slug}/subscriptions",
            async (string slug, SubscriptionBody body, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
                Deployed(await deploy.CreateAsync(current.Actor, slug, body.Name, body.Sql, body.Description, ct)));

        api.MapPut(One,
            async (string slug, string name, SubscriptionBody body, ExpectedRevision expected, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
                Deployed(await deploy.UpdateAsync(current.Actor, slug, name, body.Sql, body.Description, expected.Value, ct), expected));

        api.MapPost(One + ":rollback", async (string slug, string name, int? version, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
            Deployed(await deploy.RollbackAsync(current.Actor, slug, name, version, ct)));

        api.MapPost(One + ":pause", async (string slug, string name, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
            (await control.PauseAsync(current.Actor, slug, name, ct)).ToAccepted());

        api.MapPost(One + ":resume", async (string slug, string name, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
            (await control.ResumeAsync(current.Actor, slug, name, ct)).ToAccepted());

        api.MapDelete(One,
            async (string slug, string name, bool? deleteTopic, string? confirm, ExpectedRevision expected, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
                (await control.DeleteAsync(current.Actor, slug, name, deleteTopic ?? false, confirm, expected.Value, ct)).ToAccepted(expected));
    }

    private static IResult Deployed(Result<SubscriptionDeployed> result, ExpectedRevision? expected = null) => result.IsSuccess
        ? ApiProblems.Accepted(result.Value.Operation, new { name = result.Value.Name, version = result.Value.Version, operationId = result.Value.Operation })
        : expected?.Problem(result.Error) ?? result.Error.ToProblem();
}

/// <summary>Body of <c>POST</c> and <c>PUT .../subscriptions</c>; the name counts only in POST.</summary>
internal sealed record SubscriptionBody(string? Name, string? Sql, string? Description);
