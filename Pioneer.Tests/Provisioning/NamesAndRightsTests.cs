using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>Names and rights are interfaces to other people's systems: frozen here word by word.</summary>
public sealed class NamesAndRightsTests
{
    private static readonly TenantSlug Acme = TenantSlug.Parse("acme");
    private static readonly TenantSlug AcmeEu = TenantSlug.Parse("acme-eu");
    private static readonly SeedRunId Run = new(Guid.Parse("0190b0a0-0000-7000-8000-0000000000ab"));

    [Fact]
    public void Topics_are_slug_kind_and_name()
    {
        Assert.Equal("acme.t.payments", TopicNames.Feed(Acme, "payments"));
        Assert.Equal("acme.w.totals", TopicNames.Pipeline(Acme, "totals"));
        Assert.Equal("acme.d.large-payments", TopicNames.Delivery(Acme, "large-payments"));
        Assert.Equal("acme.q.payments", TopicNames.Quarantine(Acme, "payments"));
        Assert.Equal("acme.s.x.0190b0a00000700080000000000000ab.2", TopicNames.Seed(Acme, "x", Run, 2));
    }

    [Theory]
    [InlineData("acme.t.payments", TopicKind.Feed, "payments")]
    [InlineData("acme.s.x.0190", TopicKind.Seed, "x.0190")]
    public void Topic_names_are_read_back(string topic, TopicKind kind, string name) =>
        Assert.Equal(new TenantTopic(Acme, kind, name), TopicNames.Parse(topic));

    [Theory]
    [InlineData("acme")]
    [InlineData("acme.t")]
    [InlineData("acme.t.")]
    [InlineData("acme.x.payments")]
    [InlineData("acme.tt.payments")]
    [InlineData("ACME.t.payments")]
    [InlineData("pioneer.t.payments")]
    [InlineData("_confluent-ksql-acme_query_X")]
    public void Names_that_are_not_a_tenants_are_nobodys(string topic) => Assert.Null(TopicNames.Parse(topic));

    [Fact]
    public void Ksql_names_are_those_of_the_sandbox()
    {
        Assert.Equal("ACME__LARGE_PAYMENTS", KsqlNames.ObjectName(Acme, "large-payments"));
        Assert.Equal("ACME_EU__X", KsqlNames.ObjectName(AcmeEu, "x"));
        Assert.Equal("ACME__LARGE_PAYMENTS_V2", KsqlNames.QueryId(Acme, "large-payments", 2));
        Assert.Equal("_confluent-ksql-acme_query_ACME__LARGE_PAYMENTS_V2", ConsumerGroups.Query(KsqlNames.ServiceId(Acme), "ACME__LARGE_PAYMENTS_V2"));
    }

    [Fact]
    public void Consumer_may_read_deliveries_and_use_its_groups_and_nothing_else() => Assert.Equal(
        ["allow User:acme.app Read on Topic prefix 'acme.d.'", "allow User:acme.app Read on Group prefix 'acme.'"],
        AclSets.Consumer(Acme, "acme.app").Select(rule => rule.ToString()));

    [Fact]
    public void Portal_may_read_the_tenants_topics_and_no_other_tenants() => Assert.Equal(
        ["allow User:acme.portal Read on Topic prefix 'acme.d.'", "allow User:acme.portal Read on Group prefix 'acme.'", "allow User:acme.portal Read on Topic prefix 'acme.'"],
        AclSets.Portal(Acme).Select(rule => rule.ToString()));

    [Fact]
    public void Connect_may_write_the_tenants_feeds_and_nothing_else() => Assert.Equal(
        ["allow User:pioneer-connect Write on Topic prefix 'acme.t.'"],
        AclSets.Connect(Acme, "pioneer-connect").Select(rule => rule.ToString()));

    [Fact]
    public void Platform_reads_the_tenants_topics_and_writes_its_feeds_only() => Assert.Equal(
        ["allow User:pioneer Read on Topic prefix 'acme.'", "allow User:pioneer Write on Topic prefix 'acme.t.'"],
        AclSets.Platform(Acme, "pioneer").Select(rule => rule.ToString()));

    [Fact]
    public void Seeder_has_its_runs_topics_and_nothing_else()
    {
        var run = new SeedRunId(Guid.Parse("0192aa00-0000-7000-8000-000000000001"));
        var principal = Principals.Seeder(run, 3);

        Assert.Equal("pioneer-seeder.0192aa00000070008000000000000001.3", principal);
        Assert.Equal(
            [
                $"allow User:{principal} Describe on Group 'pioneer-seeder.unused'",
                $"allow User:{principal} Read on Topic 'acme.t.balances'",
                $"allow User:{principal} Write on Topic prefix 'acme.s.my-balances.0192aa00000070008000000000000001.'",
                $"allow User:{principal} Write on Topic 'acme.d.my-balances'",
                $"allow User:{principal} Read on Topic 'acme.d.my-balances'",
            ],
            AclSets.Seeder(Acme, principal, "acme.t.balances", "my-balances", run).Select(rule => rule.ToString()));
        Assert.StartsWith(TopicNames.SeedPrefix(Acme, "my-balances", run), TopicNames.Seed(Acme, "my-balances", run, 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Ksql_service_has_exactly_the_rights_of_the_design() => Assert.Equal(
        [
            "All on Group prefix '_confluent-ksql-acme_'",
            "All on Topic prefix '_confluent-ksql-acme_'",
            "AlterConfigs on Topic prefix 'acme.d.'",
            "AlterConfigs on Topic prefix 'acme.w.'",
            "Create on Topic prefix 'acme.d.'",
            "Create on Topic prefix 'acme.w.'",
            "Delete on Topic prefix 'acme.d.'",
            "Delete on Topic prefix 'acme.w.'",
            "Describe on TransactionalId 'acme_'",
            "Describe on TransactionalId prefix '_confluent-ksql-acme_'",
            "DescribeConfigs on Cluster 'kafka-cluster'",
            "DescribeConfigs on Topic prefix 'acme.d.'",
            "DescribeConfigs on Topic prefix 'acme.w.'",
            "Read on Topic prefix 'acme.d.'",
            "Read on Topic prefix 'acme.s.'",
            "Read on Topic prefix 'acme.t.'",
            "Read on Topic prefix 'acme.w.'",
            "Write on Topic prefix 'acme.d.'",
            "Write on Topic prefix 'acme.w.'",
            "Write on TransactionalId 'acme_'",
            "Write on TransactionalId prefix '_confluent-ksql-acme_'",
        ],
        AclSets.Ksql(Acme, "acme.ksql", "acme_").Select(rule => rule.ToString()["allow User:acme.ksql ".Length..]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("large-payments", null)]
    [InlineData("", "NameMissing")]
    [InlineData("Large", "NameMalformed")]
    [InlineData("a_b", "NameMalformed")]
    [InlineData("a.b", "NameMalformed")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijx", "NameTooLong")]
    public void Resource_names_fit_topics_and_ksql(string name, string? code) => Assert.Equal(code, ResourceNames.Check("subscription", name).Error?.Code);
}
