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
    public void Internal_topics_of_the_pool_are_the_platforms_for_a_tenant_whose_queries_run_in_it()
    {
        var pooled = Acme with { Level = IsolationLevel.Shared, ServiceId = KsqlNames.SharedServiceId };
        Assert.True(AttackGround.IsPlatforms(pooled, "_confluent-ksql-pioneer_query_1-changelog"));
        Assert.True(AttackGround.IsPlatforms(pooled, KsqlNames.SharedServiceId));
        Assert.False(AttackGround.IsPlatforms(Acme, "_confluent-ksql-acme_query_1-changelog"));
        Assert.False(AttackGround.IsPlatforms(Acme, Acme.ServiceId));

        var rule = new AclRule("User:acme.reporting", AclOperation.Read, AclResourceType.Topic, "_confluent-ksql-pioneer_", AclPattern.Prefixed);
        Assert.NotEmpty(new RuleScan(Ground(rule), pooled, TimeProvider.System).Reached()["acme.reporting"]);
    }

    [Fact]
    public void Tenants_that_were_reached_are_tried_again_first_and_the_others_in_turn()
    {
        var tenants = Enumerable.Range(0, 12).Select(number => Tenant($"other{number:00}")).ToList();
        var ground = new AttackGround([Acme, .. tenants], [], [], [], [], new EffectiveRights([], new AuthorizerSettings([])), Unseen: null);
        var now = new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero);
        var reached = tenants.Find(other => !ground.OthersOf(Acme, now).Contains(other))!;
        var hole = new IsolationAttempt(IsolationWay.Api, "token", "see a tenant of another tenant", reached.Slug.Value, "", "", AttemptResult.Broken, now) { Reached = reached.Slug.Value };

        var others = (ground with { Again = [hole, hole with { What = "list members of another tenant" }] }).OthersOf(Acme, now);

        Assert.Equal(reached, others[0]);
        Assert.Equal(AttackGround.MaxOthers, others.Distinct().Count());
    }

    [Fact]
    public void Credential_with_no_more_rights_than_one_that_was_tried_is_covered_by_it_but_never_a_super_user()
    {
        AclRule[] rules = [.. AclSets.Consumer(Acme.Slug, "acme.reporting"), .. AclSets.Portal(Acme.Slug)];
        Assert.True(Scan(rules).IsCoveredBy("acme.reporting", "acme.portal"));
        Assert.False(Scan(rules).IsCoveredBy("acme.portal", "acme.reporting"));
        Assert.False(Scan([.. rules, new AclRule("User:acme.reporting", AclOperation.Read, AclResourceType.Topic, "globex.d.c", AclPattern.Literal)]).IsCoveredBy("acme.reporting", "acme.portal"));

        // what is denied to the one that was tried may be open to the other
        Assert.False(Scan([.. rules, new AclRule("User:acme.portal", AclOperation.Read, AclResourceType.Topic, "*", AclPattern.Literal) { Permission = AclPermission.Deny }])
            .IsCoveredBy("acme.reporting", "acme.portal"));
        Assert.False(Scan(rules, "acme.reporting").IsCoveredBy("acme.reporting", "acme.portal"));

        static RuleScan Scan(AclRule[] rules, params string[] superUsers) => new(Ground(superUsers, rules), Acme, TimeProvider.System);
    }

    [Fact]
    public void Refusal_is_not_observed_where_the_principals_own_rights_were_gone_afterwards()
    {
        var refused = new IsolationAttempt(IsolationWay.Broker, "acme.portal", "describe a topic of another tenant", "globex.d.c", "refused", "refused", AttemptResult.Held, DateTimeOffset.UnixEpoch);
        Assert.Equal(AttemptResult.NotObserved, BrokerAttack.Unproven(refused).Result);
        Assert.Equal(AttemptResult.Held, BrokerAttack.Unproven(refused with { IsControl = true }).Result);
        Assert.Equal(AttemptResult.Broken, BrokerAttack.Unproven(refused with { Result = AttemptResult.Broken }).Result);
    }

    [Fact]
    public void Rights_that_plans_give_are_no_holes() => Assert.Empty(
        Reached([.. AclSets.Consumer(Acme.Slug, "acme.reporting"), .. AclSets.Ksql(Acme.Slug, "acme.ksql", Acme.ServiceId)]));

    private static System.Collections.Immutable.ImmutableArray<RuleScan.Reach> Reached(params AclRule[] rules) =>
        [.. new RuleScan(Ground(rules), Acme, TimeProvider.System).Reached().SelectMany(pair => pair.Value)];

    private static AttackGround Ground(params AclRule[] rules) => Ground([], rules);

    private static AttackGround Ground(string[] superUsers, AclRule[] rules) => new(
        [Acme, AcmeEu, Globex], ["acme.d.a", "acme-eu.d.b", "globex.d.c", "_confluent-ksql-globex_cmd", "__consumer_offsets", "weather"], [],
        ["acme.reporting", "acme.ksql", "globex.ksql"], [.. rules], new EffectiveRights(rules, new AuthorizerSettings([.. superUsers])), Unseen: null);

    private static CheckedTenant Tenant(string slug) =>
        new(new TenantId(Guid.NewGuid()), TenantSlug.Parse(slug), IsolationLevel.Dedicated, KsqlNames.ServiceId(TenantSlug.Parse(slug)));
}
