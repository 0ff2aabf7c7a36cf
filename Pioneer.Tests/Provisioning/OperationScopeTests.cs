using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>An operation covers its own thing: on generated tenants, whatever else differs.</summary>
public sealed class OperationScopeTests
{
    private static readonly TenantSlug Acme = TenantSlug.Parse("acme");

    private static readonly ProvisioningOptions Options = new() { Partitions = 3 };

    [Fact]
    public void Every_change_of_a_feed_a_subscription_or_a_credential_is_known_as_its_own() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var names = pair.Before.Feeds.Concat(pair.After.Feeds).Select(feed => feed.Feed.Name)
            .Concat(pair.Before.Subscriptions.Concat(pair.After.Subscriptions).Select(row => row.Name)).ToHashSet();
        var credentials = pair.Before.Credentials.Concat(pair.After.Credentials).Select(row => row.Name).ToHashSet();

        foreach (var change in PlanBetween(pair.Before, pair.After).Changes)
        {
            var thing = TenantThing.Of(Acme, change);
            var text = $"{change.ResourceType} {change.Resource}";
            if (change is TopicChange or TopicConfigChange or PartitionChange or ConnectorChange or KsqlStreamChange or KsqlQueryChange)
            {
                Assert.True(names.Contains(thing.Name!) && !thing.IsCredential, text);
            }
            else if (thing != TenantThing.Ground)
            {
                Assert.True(thing.IsCredential && credentials.Contains(thing.Name!), text);
            }
        }
    });

    [Fact]
    public void Part_of_a_plan_touches_other_things_only_as_far_as_its_own_needs_them() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var plan = PlanBetween(pair.Before, pair.After);
        foreach (var name in new[] { "acme.t.payments", "acme.d.alerts", "acme.app" })
        {
            var scope = OperationScope.Of(Acme, OperationKind.ReconcileTenant, "acme", name);
            var part = scope.Of(plan);

            Assert.All(plan.Changes.Where(scope.Covers), change => Assert.Contains(change, part.Changes));
            foreach (var other in part.Changes.Where(change => !scope.Covers(change) && TenantThing.Of(Acme, change) != TenantThing.Ground))
            {
                Assert.Contains(part.Changes, change => PlanDependencies.Needs(change, other)
                    || (TenantThing.Of(Acme, change) == TenantThing.Of(Acme, other) && PlanDependencies.Needs(other, change)));
            }
        }
    });

    [Fact]
    public void What_stops_for_a_part_of_a_plan_is_started_again_by_it() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var plan = PlanBetween(pair.Before, pair.After);
        var part = OperationScope.Of(Acme, OperationKind.ReconcileTenant, "acme", "acme.t.payments").Of(plan).Changes.OfType<KsqlQueryChange>().ToList();

        Assert.All(
            part.Where(change => change.Action is QueryAction.Terminate && change.HandsOverTo == change.QueryId && change.Query!.Intent is QueryIntent.Running),
            stopped => Assert.Contains(part, change => change.Action is QueryAction.Start && change.QueryId == stopped.QueryId));
    });

    [Theory]
    [InlineData(OperationKind.ReconcileTenant, null, true)]
    [InlineData(OperationKind.ReconcileTenant, "confirmed", true)]
    [InlineData(OperationKind.ReconcileTenant, "safe", true)]
    [InlineData(OperationKind.ReconcileTenant, "acme.app", false)]
    [InlineData(OperationKind.ReconcileTenant, "quotas", false)]
    [InlineData(OperationKind.ReconcileAll, null, true)]
    [InlineData(OperationKind.ReconcileAll, "payments", false)]
    [InlineData(OperationKind.ApplySubscription, "4f0c…", false)]
    public void Operation_covers_the_whole_tenant_only_when_that_was_asked_for(OperationKind kind, string? target, bool whole) =>
        Assert.Equal(whole, OperationScope.Of(Acme, kind, "acme.d.alerts", target).IsWhole);

    [Fact]
    public void Limits_cover_the_quotas_of_every_principal_and_nothing_else()
    {
        var scope = OperationScope.Of(Acme, OperationKind.ReconcileTenant, "acme", OperationScope.TargetOfQuotas);
        var limits = ImmutableSortedDictionary<string, double?>.Empty.Add(QuotaKeys.ConsumerByteRate, 1);

        Assert.All(["acme.portal", "acme.ksql", "acme.app"], user => Assert.True(scope.Covers(new QuotaChange(ChangeKind.Create, user, limits.SetItem(QuotaKeys.ConsumerByteRate, null), limits))));
        Assert.False(scope.Covers(new ScramUserChange(ChangeKind.Create, ChangeRisk.Safe, new ScramUserSpec("acme.app", "SCRAM-SHA-512", 4096, "x"))));
    }

    [Fact]
    public void Names_too_many_to_write_down_are_the_whole_tenant() =>
        Assert.Null(OperationScope.Target(Enumerable.Range(0, 100).Select(number => $"acme.t.feed-{number}")));

    private static Plan PlanBetween(WantedTenant before, WantedTenant after)
    {
        var platform = new ModelPlatform();
        foreach (var change in Plan(before, platform).Changes)
        {
            platform.Apply(change);
        }

        return Plan(after, platform);
    }

    private static Plan Plan(WantedTenant wanted, ModelPlatform platform) =>
        ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, WantedProtection.For(1)), platform.State);
}
