using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Recovery;

namespace Pioneer.Portal.Api.Subscriptions;

/// <summary>A subscription with its versions, newest first, and how the query of the current one fares.</summary>
/// <param name="ConsumerGroup">Group of the live query: its committed offsets tell the lag.</param>
public sealed record SubscriptionAnswer(
    SubscriptionRow Subscription, string Tenant, string ServiceId, string SourceTopic, string ConsumerGroup, SeedRunId? HeldBy, IReadOnlyList<VersionRow> Versions,
    VersionRow Current, QueryHealth Health)
{
    internal static SubscriptionAnswer Of(SubscriptionDetail found, PlatformPicture picture) => new(
        found.Subscription, found.Tenant, found.ServiceId, found.SourceTopic, found.ConsumerGroup, found.HeldBy, found.Versions, found.Current,
        QueryHealth.Of(picture, found.Current.QueryId, found.Current.DeployedAt));
}
