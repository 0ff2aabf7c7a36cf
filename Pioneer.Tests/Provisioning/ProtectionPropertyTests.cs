using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using Pioneer.Domain.Provisioning;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>Nothing that nobody confirmed lowers protection or retention, takes rights or deletes: on generated states, with any number of live brokers.</summary>
public sealed class ProtectionPropertyTests
{
    private static readonly ProvisioningOptions Options = new() { Partitions = 3 };

    private static readonly Gen<ObservedBrokers> GenBrokers = Gen.Select(
        Gen.Int[1, 5], Gen.Int[1, 5], Gen.Bool, Gen.Bool, (registered, live, tells, reassigns) => new ObservedBrokers(
            [.. Enumerable.Range(1, Math.Min(live, registered))], tells ? [.. Enumerable.Range(1, registered)] : default, reassigns));

    private static readonly Gen<WantedProtection> GenProtection =
        Gen.Select(Gen.Short[1, 4], Gen.Short[1, 4], (replicas, strictness) => new WantedProtection(replicas, Math.Min(strictness, replicas)));

    private static readonly Gen<ImmutableSortedDictionary<string, string>> GenConfigs = Gen.Select(
        Gen.OneOfConst("1", "2", "3"), Gen.OneOfConst("60000", "86400000", "604800000", "-1"), Gen.OneOfConst("-1", "1000000", "5000000"),
        Gen.OneOfConst("delete", "compact", "compact,delete", ""), Gen.OneOfConst("true", "false"), Gen.OneOfConst("CreateTime", "LogAppendTime"),
        Gen.OneOfConst("60000", "86400000"), Gen.Int[0, 127],
        (strictness, time, bytes, policy, unclean, timestamps, tombstones, present) => new[]
        {
            ("min.insync.replicas", strictness), ("retention.ms", time), ("retention.bytes", bytes), ("cleanup.policy", policy),
            ("unclean.leader.election.enable", unclean), ("message.timestamp.type", timestamps), ("delete.retention.ms", tombstones),
        }.Where((_, index) => (present & (1 << index)) != 0).ToImmutableSortedDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal));

    private static readonly Gen<TopicSpec> GenTopic = Gen.Select(
        Gen.Short[1, 4], Gen.Short[1, 4], GenConfigs, (replicas, inSync, configs) =>
            new TopicSpec("acme.d.x", 3, replicas, configs) { FewestInSync = Math.Min(inSync, replicas) });

    [Fact]
    public void Unconfirmed_plan_lowers_nothing_of_any_topic_whatever_is_wanted_and_found() =>
        Gen.Select(GenTopic, GenTopic, GenBrokers, Gen.Enum<PlanConsent>()).Where(sample => sample.Item4 is not PlanConsent.Confirmed).Sample(
            (wanted, found, brokers, consent) =>
            {
                var platform = new ModelPlatform(new ObservedState { Topics = [found], Brokers = brokers });
                Apply(platform, ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, platform.State).With(consent));

                AssertNoWeaker(found, platform.State.Topics.Single());
            });

    [Fact]
    public void Unconfirmed_plan_of_a_tenant_lowers_nothing_when_brokers_come_and_go() =>
        Gen.Select(WantedTenants.Acme, GenProtection, GenBrokers, GenProtection, GenBrokers).Sample((wanted, before, brokersBefore, after, brokersAfter) =>
        {
            var platform = new ModelPlatform(new ObservedState { Brokers = brokersBefore });
            Apply(platform, ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, before), platform.State));
            var found = platform.State;
            platform.Apply(brokersAfter);

            Apply(platform, ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, after), platform.State).With(PlanConsent.Asked));

            Assert.All(found.Topics, topic => AssertNoWeaker(topic, platform.State.Topics.Single(now => now.Name == topic.Name)));
            Assert.All(found.Acls, rule => Assert.Contains(rule, platform.State.Acls));
            Assert.All(found.Users, user => Assert.Contains(user, platform.State.Users));
        });

    [Fact]
    public void Rights_and_prohibitions_that_somebody_added_stay_until_a_person_agrees() => WantedTenants.Acme.Sample(wanted =>
    {
        var platform = new ModelPlatform();
        Apply(platform, Plan(wanted, platform));
        var shutOut = TenantDesiredState.Describe(wanted, Options, WantedProtection.For(1)).Retired.Principals;
        AclRule[] added =
        [
            new("User:acme.portal", AclOperation.Read, AclResourceType.Topic, "globex.d.", AclPattern.Prefixed),
            new("User:acme.portal", AclOperation.Read, AclResourceType.Topic, "acme.d.secret", AclPattern.Literal) { Permission = AclPermission.Deny },
        ];
        foreach (var rule in added)
        {
            platform.Apply(new AclChange(ChangeKind.Create, ChangeRisk.Safe, rule));
        }

        Apply(platform, Plan(wanted, platform).With(PlanConsent.Asked));

        // whoever shut the principal out asked for its rights to go; a tenant that is gone leaves nothing at all
        Assert.Equal(!shutOut.Contains("User:acme.portal"), platform.State.Acls.Contains(added[0]));
        Assert.Contains(added[1], platform.State.Acls);
        Apply(platform, Plan(wanted, platform));
        Assert.DoesNotContain(platform.State.Acls, rule => added.Contains(rule));
    });

    [Fact]
    public void Confirmed_plans_lead_to_what_is_wanted_and_an_empty_plan_once_all_brokers_are_there() =>
        Gen.Select(WantedTenants.Acme, GenProtection, GenBrokers).Sample((wanted, protection, brokers) =>
        {
            var platform = new ModelPlatform(new ObservedState { Brokers = brokers });
            Apply(platform, ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, protection), platform.State));
            platform.Apply(new ObservedBrokers([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], TakesReassignments: true));

            // the first adds replicas, the second asks writers to reach them
            for (var round = 0; round < 2; round++)
            {
                Apply(platform, ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, protection), platform.State));
            }

            var end = ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, protection), platform.State);
            Assert.Empty(end.Changes);
            Assert.DoesNotContain(end.Blocked, blocked => blocked.ResourceType is "replication" or "min.insync.replicas" or "topic");
        });

    [Fact]
    public void Topic_is_never_stricter_than_its_replicas_in_sync() => Gen.Select(GenTopic, GenTopic, GenBrokers).Sample((wanted, found, brokers) =>
    {
        var state = new ObservedState { Topics = [found], Brokers = brokers };
        var changes = ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, state).Changes.OfType<TopicConfigChange>();

        Assert.All(
            changes.Where(change => change.Risk is ChangeRisk.Safe && change.Wanted.ContainsKey("min.insync.replicas")),
            change => Assert.True(int.Parse(change.Wanted["min.insync.replicas"]!, CultureInfo.InvariantCulture) <= found.FewestInSync));
    });

    private static Plan Plan(Pioneer.Domain.Provisioning.WantedTenant wanted, ModelPlatform platform) =>
        ProvisioningPlanner.Plan(TenantDesiredState.Describe(wanted, Options, WantedProtection.For(1)), platform.State);

    private static void Apply(ModelPlatform platform, Plan plan)
    {
        foreach (var change in plan.Changes)
        {
            platform.Apply(change);
        }
    }

    private static void AssertNoWeaker(TopicSpec before, TopicSpec after)
    {
        Assert.True(after.ReplicationFactor >= before.ReplicationFactor);
        foreach (var (key, old) in before.Configs)
        {
            var now = after.Configs[key];
            Assert.True(
                key switch
                {
                    "cleanup.policy" => now.Split(',').Where(policy => policy.Length > 0).All(old.Split(',').Contains),
                    "unclean.leader.election.enable" => now == old || now == "false",
                    "message.timestamp.type" => now == old || now == "LogAppendTime",
                    _ => Amount(now) >= Amount(old),
                },
                $"{key}: {old} became {now}");
        }

        static long Amount(string text) => long.Parse(text, CultureInfo.InvariantCulture) is var value and >= 0 ? value : long.MaxValue;
    }
}
