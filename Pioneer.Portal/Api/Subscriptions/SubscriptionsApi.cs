using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Api.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Subscriptions;

/// <summary>Subscriptions of a tenant.</summary>
internal static class SubscriptionsApi
{
    private const string One = "/tenants/{slug}/subscriptions/{name}";

    public static void MapSubscriptions(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/subscriptions",
            async (string slug, string? query, SubscriptionState? state, string? cursor, int? limit, SubscriptionQueries subscriptions, CurrentActor current, CancellationToken ct) =>
                (await subscriptions.ListAsync(current.Actor, slug, new SubscriptionFilter(query, state, cursor, limit), ct)).ToAnswer())
            .Answers<Page<SubscriptionRow>>("Lists subscriptions by name.");

        api.MapGet(One,
            async (string slug, string name, SubscriptionQueries subscriptions, PlatformPicture picture, CurrentActor current, HttpContext http, CancellationToken ct) =>
            {
                var found = await subscriptions.GetAsync(current.Actor, slug, name, ct);
                var answer = found.IsSuccess ? SubscriptionAnswer.Of(found.Value, picture) : (Result<SubscriptionAnswer>)found.Error;
                return answer.ToAnswer(http, shown => shown.Subscription.Revision);
            })
            .Answers<SubscriptionAnswer>("Shows a subscription with its versions and how its query fares; its ETag is for changes.");

        api.MapPost("/tenants/{slug}/subscriptions",
            async (string slug, SubscriptionBody body, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
                Deployed(await deploy.CreateAsync(current.Actor, slug, body.Name, body.Sql, body.Description, ct))).Starts<DeploymentStarted>("Deploys a subscription.");

        api.MapPut(One,
            async (string slug, string name, SubscriptionBody body, ExpectedRevision expected, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
                Deployed(await deploy.UpdateAsync(current.Actor, slug, name, body.Sql, body.Description, expected.Value, ct), expected)).Starts<DeploymentStarted>("Deploys a new version; it goes on where the old one stops.");

        api.MapPost(One + ":rollback", async (string slug, string name, int? version, ExpectedRevision expected, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
            Deployed(await deploy.RollbackAsync(current.Actor, slug, name, version, expected.Value, ct), expected)).Starts<DeploymentStarted>("Deploys an earlier version again.");

        api.MapPost(One + ":outlook", async (string slug, string name, OutlookBody body, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
            (body.Version is { } version
                ? await deploy.RollbackOutlookAsync(current.Actor, slug, name, version, ct)
                : await deploy.OutlookAsync(current.Actor, slug, name, body.Sql, ct)).ToAnswer())
            .Answers<UpgradeOutlook>("Says what a text, or an earlier version, would mean as the next version; nothing is saved.").WithMetadata(new ReadsOnly());

        api.MapPost(One + ":plan", async (string slug, string name, OutlookBody body, DeploySubscription deploy, CurrentActor current, CancellationToken ct) =>
            (body.Version is { } version
                ? await deploy.RollbackPlanAsync(current.Actor, slug, name, version, ct)
                : await deploy.UpgradePlanAsync(current.Actor, slug, name, body.Sql, ct)).ToAnswer(plan => Results.Ok(PlanBody.Of(plan, current.Actor))))
            .Answers<PlanBody>("Says what a text, or an earlier version, would make, change and delete on the platform as the next version; nothing is saved.").WithMetadata(new ReadsOnly());

        api.MapGet(One + "/readers", async (string slug, string name, DeliveryReaders readers, CurrentActor current, CancellationToken ct) =>
            (await readers.OfAsync(current.Actor, slug, name, ct)).ToAnswer()).Answers<ReadersOfDelivery>("Names who reads the results now, as far as it can be seen.");

        api.MapPut(One + "/compatibility",
            async (string slug, string name, CompatibilityBody body, ExpectedRevision expected, SetCompatibility set, CurrentActor current, CancellationToken ct) =>
                (await set.ExecuteAsync(current.Actor, slug, name, body.Compatibility, expected.Value, ct)).ToAnswer(expected)).Does("Sets what new versions may do to the form of the records.");

        api.MapPost(One + ":pause", async (string slug, string name, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
            (await control.PauseAsync(current.Actor, slug, name, ct)).ToAccepted()).Starts("Pauses a subscription.");

        api.MapPost(One + ":resume", async (string slug, string name, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
            (await control.ResumeAsync(current.Actor, slug, name, ct)).ToAccepted()).Starts("Resumes a subscription.");

        api.MapDelete(One,
            async (string slug, string name, bool? deleteTopic, string? confirm, ExpectedRevision expected, ControlSubscriptions control, CurrentActor current, CancellationToken ct) =>
                (await control.DeleteAsync(current.Actor, slug, name, deleteTopic ?? false, confirm, expected.Value, ct)).ToAccepted(expected)).Starts("Deletes a subscription; with deleteTopic=true its results too, and 'confirm' is its name.");
    }

    private static IResult Deployed(Result<SubscriptionDeployed> result, ExpectedRevision? expected = null) => result.IsSuccess
        ? ApiProblems.Accepted(result.Value.Operation, new DeploymentStarted(result.Value.Name, result.Value.Version, result.Value.Operation))
        : expected?.Problem(result.Error) ?? result.Error.ToProblem();
}

/// <summary>A version is being deployed.</summary>
internal sealed record DeploymentStarted(string Name, int Version, OperationId OperationId);

/// <summary>Body of <c>POST</c> and <c>PUT .../subscriptions</c>; the name counts only in POST.</summary>
internal sealed record SubscriptionBody(string? Name, string? Sql, string? Description);

/// <summary>Body of <c>PUT .../subscriptions/{name}/compatibility</c>.</summary>
internal sealed record CompatibilityBody(Compatibility? Compatibility);

/// <summary>Body of <c>POST .../subscriptions/{name}:outlook</c> and <c>:plan</c>: a text, or the number of an earlier version.</summary>
internal sealed record OutlookBody(string? Sql, int? Version);
