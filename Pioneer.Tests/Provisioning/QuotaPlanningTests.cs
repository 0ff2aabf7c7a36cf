using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>Quotas of tenants' principals: what is set, lowered, lifted, left alone, and said where a cluster does not take them.</summary>
public sealed class QuotaPlanningTests
{
    private const string User = "acme.portal";
    private static readonly QuotaRefusal Refusal = new("The broker does not know it.", "Use another.");

    [Fact]
    public void Every_principal_of_a_dedicated_tenant_gets_what_its_role_can_use()
    {
        var limits = new TenantLimits { ProducerBytesPerSecond = 2048, ConsumerBytesPerSecond = 4096, RequestPercentage = 50, ControllerMutationsPerSecond = 5 };
        var wanted = new WantedTenant(Acme(IsolationLevel.Dedicated, limits), [], [], []);

        var quotas = TenantDesiredState.Describe(wanted, new ProvisioningOptions(), WantedProtection.For(1)).Quotas;

        Assert.Equal(["acme.ksql", "acme.portal"], quotas.Select(quota => quota.Entity.User));
        Assert.Equal(QuotaKeys.All, quotas[0].Limits.Keys);
        Assert.Equal([(QuotaKeys.ConsumerByteRate, 4096d), (QuotaKeys.RequestPercentage, 50d)], quotas[1].Limits.Select(limit => (limit.Key, limit.Value)));
    }

    [Fact]
    public void Shared_ksqldb_is_not_limited_by_one_of_its_tenants()
    {
        var wanted = new WantedTenant(Acme(IsolationLevel.Shared, new TenantLimits { ProducerBytesPerSecond = 2048 }), [], [], []);

        var quotas = TenantDesiredState.Describe(wanted, new ProvisioningOptions(), WantedProtection.For(1)).Quotas;

        Assert.Equal(User, Assert.Single(quotas).Entity.User);
    }

    [Fact]
    public void Tenant_that_says_nothing_has_the_platforms_defaults_and_zero_lifts_one()
    {
        var defaults = new TenantLimits { ProducerBytesPerSecond = 2048, ConsumerBytesPerSecond = 4096 };

        var limits = new TenantLimits { ConsumerBytesPerSecond = TenantLimits.Unlimited }.Or(defaults);

        Assert.Equal([(QuotaKeys.ProducerByteRate, 2048d)], QuotaSets.Ksql("acme.ksql", limits).Single().Limits.Select(limit => (limit.Key, limit.Value)));
        Assert.Empty(QuotaSets.Consumer(User, limits));
    }

    [Theory]
    [InlineData(null, 100d, ChangeKind.Create, ChangeRisk.Safe, null, "consumer_byte_rate=100")]
    [InlineData(100d, 200d, ChangeKind.Update, ChangeRisk.Safe, "consumer_byte_rate=100", "consumer_byte_rate=200")]
    [InlineData(200d, 100d, ChangeKind.Update, ChangeRisk.InterruptsDelivery, "consumer_byte_rate=200", "consumer_byte_rate=100")]
    [InlineData(200d, null, ChangeKind.Delete, ChangeRisk.Safe, "consumer_byte_rate=200", null)]
    public void Difference_is_one_change_of_the_principal(
        double? current, double? wanted, ChangeKind kind, ChangeRisk risk, string? before, string? after)
    {
        var change = Assert.IsType<QuotaChange>(Assert.Single(
            ProvisioningPlanner.Plan(Desired(wanted), new ObservedState { Quotas = Quotas(current) }).Changes));

        Assert.Equal((User, kind, risk, before, after), (change.User, change.Kind, change.Risk, change.Before, change.After));
    }

    [Fact]
    public void Limit_of_a_kind_that_is_not_ours_stays_and_is_shown()
    {
        var observed = new ObservedState { Quotas = [Quota((QuotaKeys.ConsumerByteRate, 100), ("connection_creation_rate", 7))] };

        var plan = ProvisioningPlanner.Plan(Desired(null), observed);

        Assert.Equal([QuotaKeys.ConsumerByteRate], Assert.IsType<QuotaChange>(Assert.Single(plan.Changes)).Wanted.Keys);
        Assert.Equal("acme.portal: connection_creation_rate", Assert.Single(plan.Foreign).Resource);
    }

    [Fact]
    public void Cluster_that_refuses_quotas_is_in_sync_with_a_note_that_says_why() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var platform = new ModelPlatform(new ObservedState { RefusedQuotas = QuotaKeys.All.ToImmutableSortedDictionary(key => key, _ => Refusal) });
        ApplyAll(platform, pair.Before);
        ApplyAll(platform, pair.After);

        var plan = Plan(pair.After, platform);

        Assert.Empty(plan.Changes);
        Assert.Empty(platform.State.Quotas);
        Assert.Equal(Describe(pair.After).Quotas.IsEmpty, plan.Notes.IsEmpty);
        Assert.All(plan.Notes, note => Assert.Equal(("quota", Refusal.Reason, Refusal.WayOut), (note.ResourceType, note.Reason, note.WayOut)));
    });

    [Fact]
    public void Refused_kind_keeps_no_other_kind_from_being_set()
    {
        var desired = Desired(100, (QuotaKeys.RequestPercentage, 50));
        var observed = new ObservedState { RefusedQuotas = ImmutableSortedDictionary<string, QuotaRefusal>.Empty.Add(QuotaKeys.RequestPercentage, Refusal) };

        var plan = ProvisioningPlanner.Plan(desired, observed);

        Assert.Equal("consumer_byte_rate=100", Assert.Single(plan.Changes).After);
        Assert.Equal(QuotaKeys.RequestPercentage, Assert.Single(plan.Notes).Resource);
    }

    [Fact]
    public void Limits_are_there_before_the_rights_that_they_bound()
    {
        var wanted = new WantedTenant(Acme(IsolationLevel.Dedicated, new TenantLimits()), [], [], []);

        var types = Plan(wanted, new ModelPlatform()).Changes.Select(change => change.ResourceType).Distinct();

        Assert.Equal(["scram-user", "quota", "acl", "ksql-service"], types);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1023)]
    [InlineData(long.MaxValue)]
    public void Limit_out_of_range_is_refused_with_its_field(long bytes) =>
        Assert.Equal("consumerBytesPerSecond", new TenantLimits { ConsumerBytesPerSecond = bytes }.Check()?.Field);

    [Fact]
    public void Percentage_that_is_no_number_is_refused() =>
        Assert.Equal("requestPercentage", new TenantLimits { RequestPercentage = double.NaN }.Check()?.Field);

    private static Tenant Acme(IsolationLevel isolation, TenantLimits limits) => new()
    {
        Id = default, Slug = TenantSlug.Parse("acme"), Name = "Acme", Isolation = isolation, Limits = limits, CreatedAt = WantedTenants.Time, CreatedBy = "test",
    };

    private static DesiredState Desired(double? consumer, params (string Key, double Value)[] more) => DesiredState.Empty with
    {
        OwnedPrincipals = [$"User:{User}"],
        Quotas = consumer is { } rate ? [Quota([(QuotaKeys.ConsumerByteRate, rate), .. more])] : [],
    };

    private static ImmutableArray<QuotaSpec> Quotas(double? consumer) => consumer is { } rate ? [Quota((QuotaKeys.ConsumerByteRate, rate))] : [];

    private static QuotaSpec Quota(params (string Key, double Value)[] limits) =>
        new(new QuotaEntity(User), limits.ToImmutableSortedDictionary(limit => limit.Key, limit => limit.Value, StringComparer.Ordinal));

    private static DesiredState Describe(WantedTenant wanted) => TenantDesiredState.Describe(wanted, new ProvisioningOptions(), WantedProtection.For(1));

    private static Plan Plan(WantedTenant wanted, ModelPlatform platform) => ProvisioningPlanner.Plan(Describe(wanted), platform.State);

    private static void ApplyAll(ModelPlatform platform, WantedTenant wanted)
    {
        foreach (var change in Plan(wanted, platform).Changes)
        {
            platform.Apply(change);
        }
    }
}
