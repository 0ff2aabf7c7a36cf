using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>Topics on clusters that have lost brokers, or have got them back.</summary>
public sealed class ReplicationPlanningTests
{
    private static readonly ObservedBrokers TwoOfThree = new([1, 2], [1, 2, 3], TakesReassignments: true);

    private static readonly ObservedBrokers Three = new([1, 2, 3], [1, 2, 3], TakesReassignments: true);

    [Fact]
    public void Broker_that_is_down_changes_nothing_about_topics_that_are_there()
    {
        var topic = Topic("acme.t.payments", 3, 2) with { FewestInSync = 2 };

        Assert.True(Plan(Topic("acme.t.payments", 3, 2), TwoOfThree, topic).InSync);
    }

    [Fact]
    public void Topic_is_made_with_all_its_replicas_while_a_registered_broker_is_down()
    {
        var change = Assert.IsType<TopicChange>(Assert.Single(Plan(Topic("acme.t.payments", 3, 2), TwoOfThree).Changes));

        Assert.Equal((ChangeRisk.Safe, 3), (change.Risk, change.Topic.ReplicationFactor));
    }

    [Fact]
    public void Topic_with_fewer_replicas_than_wanted_is_made_only_when_a_person_agrees_and_takes_with_it_what_needs_it()
    {
        var brokers = new ObservedBrokers([1, 2], default, TakesReassignments: true);
        var desired = DesiredState.Empty with
        {
            Topics = [Topic("acme.t.payments", 3, 2)],
            Connectors = [new ConnectorSpec("acme.t.payments", ImmutableSortedDictionary<string, string>.Empty, Paused: false)],
            Streams = [new KsqlStreamSpec("acme_", "ACME__PAYMENTS", "acme.t.payments", [])],
        };

        var plan = ProvisioningPlanner.Plan(desired, new ObservedState { Brokers = brokers });

        Assert.Empty(plan.With(PlanConsent.Asked).Changes);
        var change = plan.Changes.OfType<TopicChange>().Single();
        Assert.Equal((ChangeRisk.WeakensProtection, 2, "1"), (change.Risk, change.Topic.ReplicationFactor, change.Topic.Configs["min.insync.replicas"]));
        Assert.False(new ArrivedThings(TenantSlug.Parse("acme"), plan).All);
        Assert.Contains("2 of 3 wanted brokers", Assert.Single(plan.Notes).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_made_with_fewer_replicas_gets_the_others_when_the_broker_is_back_and_then_its_strictness()
    {
        var wanted = Topic("acme.t.payments", 3, 2);
        var platform = new ModelPlatform(new ObservedState { Brokers = Three, Topics = [Topic("acme.t.payments", 2, 1) with { FewestInSync = 2 }] });

        var first = ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, platform.State);
        var added = Assert.IsType<ReplicationChange>(Assert.Single(first.Changes));
        Assert.Equal((ChangeRisk.Safe, "2 replicas", "3 replicas"), (added.Risk, added.Before, added.After));
        Assert.Empty(first.Blocked);

        platform.Apply(added);
        var second = ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, platform.State);
        Assert.Equal("2", Assert.IsType<TopicConfigChange>(Assert.Single(second.Changes)).Wanted["min.insync.replicas"]);
    }

    [Fact]
    public void While_the_broker_is_down_the_missing_replica_waits_and_nobody_is_sent_to_a_tool_that_refuses()
    {
        var plan = Plan(Topic("acme.t.payments", 3, 2), TwoOfThree, Topic("acme.t.payments", 2, 1));

        var blocked = Assert.Single(plan.Blocked);
        Assert.Equal(BlockKind.Waits, blocked.Kind);
        Assert.Contains("broker 3 is down", blocked.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("reassign", blocked.WayOut, StringComparison.OrdinalIgnoreCase);
        Assert.True(new ArrivedThings(TenantSlug.Parse("acme"), plan).All);
        Assert.False(plan.InSync);
    }

    [Fact]
    public void Strictness_waits_for_replicas_that_have_not_caught_up()
    {
        var plan = Plan(Topic("acme.t.payments", 3, 2), Three, Topic("acme.t.payments", 3, 1) with { FewestInSync = 1 });

        Assert.Empty(plan.Changes);
        Assert.Equal(("min.insync.replicas", BlockKind.Waits), (Assert.Single(plan.Blocked).ResourceType, plan.Blocked[0].Kind));
    }

    [Fact]
    public void What_protects_better_does_not_wait_for_the_consent_to_what_protects_less()
    {
        var found = Topic("acme.t.payments", 3, 1) with { FewestInSync = 3 };
        found = found with { Configs = found.Configs.SetItem("retention.ms", "-1") };
        var wanted = Topic("acme.t.payments", 3, 2);
        wanted = wanted with { Configs = wanted.Configs.SetItem("retention.ms", "86400000") };

        var plan = Plan(wanted, Three, found);

        Assert.Equal([ChangeRisk.DestroysData, ChangeRisk.Safe], plan.Changes.Select(change => change.Risk));
        Assert.Equal("min.insync.replicas", Assert.Single(((TopicConfigChange)Assert.Single(plan.With(PlanConsent.Nobody).Changes)).Wanted).Key);
    }

    [Fact]
    public void Name_that_kafka_would_refuse_beside_another_is_foreseen_with_what_needs_it()
    {
        var desired = DesiredState.Empty with
        {
            Topics = [Topic("acme.t.payments", 1, 1)],
            Connectors = [new ConnectorSpec("acme.t.payments", ImmutableSortedDictionary<string, string>.Empty, Paused: false)],
        };

        var plan = ProvisioningPlanner.Plan(desired, new ObservedState { Topics = [Topic("acme_t.payments", 1, 1)] });

        Assert.Empty(plan.Changes);
        Assert.Equal(["topic", "connector"], plan.Blocked.Select(blocked => blocked.ResourceType));
        Assert.All(plan.Blocked, blocked => Assert.Equal(BlockKind.Withheld, blocked.Kind));
        Assert.Contains("acme_t.payments", plan.Blocked[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retention.bytes", "1000000", "500000", ChangeRisk.DestroysData)]
    [InlineData("retention.bytes", "-1", "500000", ChangeRisk.DestroysData)]
    [InlineData("retention.bytes", "500000", "-1", ChangeRisk.Safe)]
    [InlineData("cleanup.policy", "compact", "delete", ChangeRisk.DestroysData)]
    [InlineData("cleanup.policy", "compact,delete", "compact", ChangeRisk.Safe)]
    [InlineData("cleanup.policy", "", "delete", ChangeRisk.DestroysData)]
    [InlineData("min.insync.replicas", "2", "1", ChangeRisk.WeakensProtection)]
    [InlineData("unclean.leader.election.enable", "false", "true", ChangeRisk.WeakensProtection)]
    [InlineData("unclean.leader.election.enable", "true", "false", ChangeRisk.Safe)]
    [InlineData("message.timestamp.type", "LogAppendTime", "CreateTime", ChangeRisk.WeakensProtection)]
    [InlineData("message.timestamp.type", "CreateTime", "LogAppendTime", ChangeRisk.Safe)]
    [InlineData("compression.type", "lz4", "gzip", ChangeRisk.Safe)]
    [InlineData("max.message.bytes", "2000000", "1000000", ChangeRisk.InterruptsDelivery)]
    public void Each_setting_says_what_its_change_does(string key, string current, string wanted, ChangeRisk risk)
    {
        var found = Topic("acme.t.payments", 3, 2);
        var plan = Plan(found with { Configs = found.Configs.SetItem(key, wanted) }, Three, found with { Configs = found.Configs.SetItem(key, current) });

        Assert.Equal(risk, Assert.Single(plan.Changes).Risk);
    }

    private static Plan Plan(TopicSpec wanted, ObservedBrokers brokers, params TopicSpec[] found) =>
        ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, new ObservedState { Brokers = brokers, Topics = [.. found] });

    private static TopicSpec Topic(string name, short replicas, int strictness) =>
        new(name, 3, replicas, ImmutableSortedDictionary<string, string>.Empty.Add("min.insync.replicas", $"{strictness}"));
}
