using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Recovery;

/// <summary>How one subscription's query fares.</summary>
/// <param name="Reads">The topic that it reads.</param>
/// <param name="Stopped">Set where somebody stopped it on purpose.</param>
/// <param name="Trouble">What was found to be wrong, in a few words; null where nothing was.</param>
/// <param name="LastTookAt">When it was last seen to have taken records, 15 s at most after it did; null where it was not seen to.</param>
public sealed record SubscriptionFlow(
    string Subscription, string QueryId, string Reads, StatusLevel Level, StoppedOnPurpose? Stopped, string? Trouble, DateTimeOffset? TroubleSince, DateTimeOffset? LastTookAt,
    ReaderOutlook Outlook);

/// <summary>Tells a tenant's people what of their own subscriptions moves.</summary>
public sealed class FlowQueries(IDbContextFactory<PioneerDbContext> contexts, TenantFlowReader flows, PlatformPicture picture, TimeProvider time)
{
    /// <summary>The tenant's subscriptions by name; 'not found' for a tenant that the actor does not see.</summary>
    public async Task<Result<ImmutableArray<SubscriptionFlow>>> SubscriptionsAsync(Actor actor, string slug, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.View, ct);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var now = time.GetUtcNow();
        var watched = await flows.FindAsync(found.Value.Id, ct);
        return (watched?.Flow.Readers ?? []).Select(hop => Of(watched!.Slug.Value, hop, now)).OrderBy(row => row.Subscription, StringComparer.Ordinal).ToImmutableArray();
    }

    private SubscriptionFlow Of(string tenant, FlowHop.Reading hop, DateTimeOffset now)
    {
        var outlook = ReaderOutlook.Of(tenant, hop, picture.LastGood, now);
        var finding = picture.Findings.OrderBy(finding => finding.Scenario.IsAboutRows).FirstOrDefault(finding => finding.Subject == hop.Reader && finding.Tenants.Contains(tenant, StringComparer.Ordinal));
        var level = outlook.Horizon switch
        {
            { Kind: LossHorizonKind.Lost } => StatusLevel.Lost,
            { Kind: LossHorizonKind.Running, Left: { } left } when left < RecoveryStatusReader.RiskBelow => StatusLevel.AtRisk,
            _ when finding is not null || hop.Failure is not null => StatusLevel.Degraded,
            { Kind: LossHorizonKind.NotObserved } => StatusLevel.NotObserved,
            _ => hop.Stopped is not null ? StatusLevel.Paused : StatusLevel.Fine,
        };
        var moved = picture.LastGood?.PlacesOf(hop).Max(committed => committed.MovedAt);
        return new SubscriptionFlow(
            hop.Subscription, hop.Reader, hop.Topic, level, hop.Stopped, finding?.Title ?? (hop.Failure is null ? null : "could not be deployed"), finding?.Since, moved, outlook);
    }
}
