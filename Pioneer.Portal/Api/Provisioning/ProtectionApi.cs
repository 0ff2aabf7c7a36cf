using Pioneer.Domain.Provisioning;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Provisioning;

/// <summary>How well the platform keeps records.</summary>
internal static class ProtectionApi
{
    private const string Address = "/settings/protection";

    public static void MapProtection(this RouteGroupBuilder api)
    {
        api.MapGet(Address, async (ProtectionSettings settings, CurrentActor current, HttpContext http, CancellationToken ct) =>
            (await settings.GetAsync(current.Actor, ct)).ToAnswer(found => Answer(found, http)))
            .Answers<ProtectionBody>("Shows on how many brokers records are wanted; its ETag is for changes.");

        api.MapPut(Address, async (
            ProtectionChangeBody body, string? confirm, ExpectedRevision expected, ProtectionSettings settings, CurrentActor current, HttpContext http,
            CancellationToken ct) =>
            {
                var wanted = new WantedProtection(body.ReplicationFactor, body.MinInSyncReplicas);
                var set = await settings.SetAsync(current.Actor, wanted, confirm, expected.Value, ct);
                return set.IsSuccess ? Answer(set.Value, http) : expected.Problem(set.Error);
            })
            .Answers<ProtectionBody>($"Sets it; 'confirm' is '{ProtectionSettings.LoweringConfirmation}' where one of the numbers falls.");
    }

    private static IResult Answer(TopicProtection found, HttpContext http)
    {
        http.Response.Headers.ETag = ExpectedRevision.TagOf(found.Revision);
        return Results.Ok(new ProtectionBody(
            found.ReplicationFactor, found.MinInSyncReplicas, found.MostBrokersSeen, found.Origin, found.ChangedAt, found.ChangedBy));
    }
}

/// <summary>The setting and where it comes from.</summary>
/// <param name="MostBrokersSeen">The largest number of brokers that the cluster was ever seen to have.</param>
internal sealed record ProtectionBody(
    short ReplicationFactor, short MinInSyncReplicas, int MostBrokersSeen, ProtectionOrigin Origin, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>Body of <c>PUT /settings/protection</c>.</summary>
internal sealed record ProtectionChangeBody(short ReplicationFactor, short MinInSyncReplicas);
