using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Isolation;
using Xunit;

namespace Pioneer.Tests.Isolation;

/// <summary>Whose a name is, and which rules reach what is not a tenant's own.</summary>
public sealed class AttackGroundTests
{
    private static readonly CheckedTenant Acme = Tenant("acme"), AcmeEu = Tenant("acme-eu"), Globex = Tenant("globex");

    [Theory]
    [InlineData("acme.d.large", "acme")]
    [InlineData("acme-eu.t.payments", "acme-eu")]
    [InlineData("_confluent-ksql-acme-eu_query_1-changelog", "acme-eu")]
    [InlineData("globex_", "globex")]
    [InlineData("__consumer_offsets", "")]
    [InlineData("connect-configs", "")]
    [InlineData("some_topic.of.others", "")]
    public void Name_belongs_to_whose_slug_it_begins_with(string name, string owner) => Assert.Equal(owner, AttackGround.Owner(name));

    [Theory]
    [InlineData("globex.d.x", AclPattern.Literal, true)]
    [InlineData("glob", AclPattern.Prefixed, true)]
    [InlineData("*", AclPattern.Literal, true)]
    [InlineData("acme", AclPattern.Prefixed, true)] // without the dot it covers acme-eu
    [InlineData("_confluent-ksql-globex_", AclPattern.Prefixed, true)]
    [InlineData("__consumer_offsets", AclPattern.Literal, true)]
    [InlineData("acme.", AclPattern.Prefixed, false)]
    [InlineData("acme.t.", AclPattern.Prefixed, false)]
    [InlineData("weather", AclPattern.Literal, false)] // a stranger's topic on a shared cluster is nobody's here
    public void Rule_is_a_hole_when_it_reaches_another_tenant_or_the_platform(string name, AclPattern pattern, bool isHole)
    {
        var rule = new AclRule("User:acme.reporting", AclOperation.Read, AclResourceType.Topic, name, pattern);
        Assert.Equal(isHole, !Reached(rule).IsEmpty);
        Assert.Equal(isHole, !Reached(rule with { Principal = "User:*" }).IsEmpty);

        // a denial takes it back
        Assert.Empty(Reached(rule, new AclRule("User:acme.reporting", AclOperation.Read, AclResourceType.Topic, "*", AclPattern.Literal) { Permission = AclPermission.Deny }));
    }

    [Fact]
    public void Tenant_that_is_called_as_the_platforms_things_begin_is_no_part_of_the_platform()
    {
        var connect = Tenant("connect-bank");
        Assert.False(AttackGround.IsPlatforms(connect, "connect-bank.d.large"));
        Assert.True(AttackGround.IsPlatforms(connect, "connect-configs"));
        var ground = new AttackGround([Acme, connect], ["connect-bank.d.large", "__consumer_offsets", "connect-configs"], [], [], [], new EffectiveRights([], new AuthorizerSettings([])), Unseen: null);
        Assert.Equal(["__consumer_offsets", "connect-configs"], ground.PlatformsTopics);
    }

    [Fact]
    public void Rights_that_plans_give_are_no_holes() => Assert.Empty(
        Reached([.. AclSets.Consumer(Acme.Slug, "acme.reporting"), .. AclSets.Ksql(Acme.Slug, "acme.ksql", Acme.ServiceId)]));

    private static System.Collections.Immutable.ImmutableArray<RuleScan.Reach> Reached(params AclRule[] rules)
    {
        var ground = new AttackGround(
            [Acme, AcmeEu, Globex], ["acme.d.a", "acme-eu.d.b", "globex.d.c", "_confluent-ksql-globex_cmd", "__consumer_offsets", "weather"], [],
            ["acme.reporting", "acme.ksql", "globex.ksql"], [.. rules], new EffectiveRights(rules, new AuthorizerSettings([])), Unseen: null);
        return [.. new RuleScan(ground, Acme, TimeProvider.System).Reached().SelectMany(pair => pair.Value)];
    }

    private static CheckedTenant Tenant(string slug) =>
        new(new TenantId(Guid.NewGuid()), TenantSlug.Parse(slug), IsolationLevel.Dedicated, KsqlNames.ServiceId(TenantSlug.Parse(slug)));
}
