using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>The promises of the planner, on generated tenants and platforms.</summary>
public sealed class ProvisioningPlannerTests
{
    private static readonly ProvisioningOptions Options = new() { Partitions = 3 };

    private static readonly ObservedState Strangers = new()
    {
        Topics = [Topic("orders"), Topic("acme.x.notes"), Topic("acme.d.made-by-hand"), Topic("globex.t.payments")],
        Acls =
        [
            new("User:bob", AclOperation.Read, AclResourceType.Topic, "acme.d.", AclPattern.Prefixed),
            new("User:globex.app", AclOperation.Read, AclResourceType.Topic, "globex.d.", AclPattern.Prefixed),
            new("User:pioneer-connect", AclOperation.Write, AclResourceType.Topic, "globex.t.", AclPattern.Prefixed),
        ],
        Users = [new("bob", "SCRAM-SHA-256", 4096, null), new("acme.stranger", "SCRAM-SHA-512", 4096, null)],
        Quotas =
        [
            Quota(new QuotaEntity("bob"), (QuotaKeys.ConsumerByteRate, 1)), Quota(new QuotaEntity("globex.app"), (QuotaKeys.ProducerByteRate, 5)),
            Quota(new QuotaEntity(QuotaEntity.Default), (QuotaKeys.ConsumerByteRate, 2)), Quota(new QuotaEntity("acme.stranger"), (QuotaKeys.RequestPercentage, 3)),
            Quota(new QuotaEntity("acme.portal", "tail"), (QuotaKeys.ConsumerByteRate, 4)),
        ],
        Services = [new("default_", "", null)],
        Streams = [new("default_", "ORDERS", "orders", []), new("acme_", "ACME__BY_HAND", "acme.t.payments", [])],
        Queries = [new("acme_", "CSAS_BY_HAND_1", ["ACME__BY_HAND"], [], ObservedRunState.Running)],
        Connectors = [new("orders-sink", ImmutableSortedDictionary<string, string>.Empty, ObservedRunState.Running)],
    };

    [Fact]
    public void Rights_of_a_seed_run_are_neither_foreign_nor_to_be_removed() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var platform = new ModelPlatform();
        ApplyAll(platform, pair.Before);
        var without = Plan(pair.Before, platform);
        var seeder = Principals.Seeder(new Pioneer.Domain.SeedRunId(Guid.Empty), 1);
        var seeding = new ModelPlatform(platform.State with
        {
            Acls = [.. platform.State.Acls, .. AclSets.Seeder(TenantSlug.Parse("acme"), seeder, "acme.t.balances", "x", new Pioneer.Domain.SeedRunId(Guid.Empty))],
            Users = [.. platform.State.Users, new ScramUserSpec(seeder, "SCRAM-SHA-512", 4096, null)],
        });

        var with = Plan(pair.Before, seeding);

        Assert.Equal(without.Changes, with.Changes);
        Assert.Equal(without.Foreign, with.Foreign);
    });

    [Fact]
    public void Plan_of_what_was_just_applied_is_empty() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var platform = new ModelPlatform();
        ApplyAll(platform, pair.Before);

        ApplyAll(platform, pair.After);

        Assert.Empty(Plan(pair.After, platform).Changes);
    });

    [Fact]
    public void Plan_after_any_prefix_of_a_plan_leads_to_the_same_end() => Gen.Select(WantedTenants.AcmeTwice, Gen.Int[0, 60]).Sample((pair, count) =>
    {
        var cut = new ModelPlatform();
        ApplyAll(cut, pair.Before);
        var whole = new ModelPlatform(cut.State);
        ApplyAll(whole, pair.After);

        foreach (var change in Plan(pair.After, cut).Changes.Take(count))
        {
            cut.Apply(change);
        }

        ApplyAll(cut, pair.After);

        Assert.Empty(Plan(pair.After, cut).Changes);
        Assert.Equal(Sorted(whole.State), Sorted(cut.State));
    });

    [Fact]
    public void Plan_touches_nothing_that_is_not_ours() => WantedTenants.AcmeTwice.Sample(pair =>
    {
        var platform = new ModelPlatform(Strangers);
        ApplyAll(platform, pair.Before);
        ApplyAll(platform, pair.After);

        Assert.All(Strangers.Topics, item => Assert.Contains(item, platform.State.Topics));
        Assert.All(Strangers.Acls, item => Assert.Contains(item, platform.State.Acls));
        Assert.All(Strangers.Users, item => Assert.Contains(item, platform.State.Users));
        Assert.All(Strangers.Quotas, item => Assert.Contains(item, platform.State.Quotas));
        Assert.All(Strangers.Services, item => Assert.Contains(item, platform.State.Services));
        Assert.All(Strangers.Streams, item => Assert.Contains(item, platform.State.Streams));
        Assert.All(Strangers.Queries, item => Assert.Contains(item, platform.State.Queries));
        Assert.All(Strangers.Connectors, item => Assert.Contains(item, platform.State.Connectors));
    });

    [Fact]
    public void Plan_shows_strangers_under_the_tenants_names_and_not_its_neighbours() => WantedTenants.Acme.Sample(wanted =>
    {
        var foreign = Plan(wanted, new ModelPlatform(Strangers)).Foreign;

        Assert.Contains(new ForeignResource("topic", "acme.x.notes"), foreign);
        Assert.Contains(new ForeignResource("scram-user", "acme.stranger (SCRAM-SHA-512)"), foreign);
        Assert.Contains(new ForeignResource("quota", "acme.stranger: request_percentage"), foreign);
        Assert.Contains(new ForeignResource("quota", "user acme.portal, client id tail: consumer_byte_rate"), foreign);
        Assert.DoesNotContain(foreign, item => item.Resource.Contains("globex", StringComparison.Ordinal) || item.Resource == "orders" || item.Resource.StartsWith("bob", StringComparison.Ordinal));
    });

    [Fact]
    public void Plan_is_the_same_for_the_same_inputs_in_any_order() => WantedTenants.Acme.Sample(wanted =>
    {
        var desired = Describe(wanted);
        var shuffled = desired with
        {
            Topics = [.. desired.Topics.Reverse()], Acls = [.. desired.Acls.Reverse()], Streams = [.. desired.Streams.Reverse()],
            Quotas = [.. desired.Quotas.Reverse()], Queries = [.. desired.Queries.Reverse()], Connectors = [.. desired.Connectors.Reverse()],
        };

        var keys = ProvisioningPlanner.Plan(desired, Strangers).Changes.Select(change => change.IdempotencyKey);
        Assert.Equal(keys, ProvisioningPlanner.Plan(shuffled, Strangers).Changes.Select(change => change.IdempotencyKey));
    });

    [Fact]
    public void Changes_have_distinct_idempotency_keys_and_never_show_a_secret() => WantedTenants.Acme.Sample(wanted =>
    {
        var changes = Plan(wanted, new ModelPlatform()).Changes;

        Assert.Equal(changes.Length, changes.Select(change => change.IdempotencyKey).Distinct().Count());
        Assert.DoesNotContain(changes, change => $"{change.Before}{change.After}".Contains("${secret", StringComparison.Ordinal));
    });

    [Fact]
    public void Inverse_of_an_applied_change_brings_the_platform_back() => WantedTenants.Acme.Sample(wanted =>
    {
        var platform = new ModelPlatform();
        foreach (var change in Plan(wanted, platform).Changes.Where(change => change is TopicChange or AclChange or ConnectorChange or QuotaChange))
        {
            var before = platform.State;
            platform.Apply(change);
            platform.Apply(change.Inverse!);
            Assert.Equal(Sorted(before), Sorted(platform.State));
            platform.Apply(change);
        }
    });

    [Fact]
    public void Right_that_someone_added_to_a_tenants_principal_is_taken_back_once_a_person_agrees()
    {
        var wanted = WantedTenants.Acme.Single();
        wanted.Tenant.State = TenantState.Active;
        var platform = new ModelPlatform();
        ApplyAll(platform, wanted);
        var leak = new AclRule("User:acme.portal", AclOperation.Read, AclResourceType.Topic, "globex.d.", AclPattern.Prefixed);
        platform.Apply(new AclChange(ChangeKind.Create, ChangeRisk.Safe, leak));

        var change = Assert.IsType<AclChange>(Assert.Single(Plan(wanted, platform).Changes));

        Assert.Equal((ChangeKind.Delete, leak, ChangeRisk.RemovesRights, true), (change.Kind, change.Rule, change.Risk, change.NeedsConfirmation));
    }

    [Fact]
    public void Old_version_hands_over_before_the_new_one_starts()
    {
        var desired = DesiredState.Empty with
        {
            Streams = [new("acme_", "ACME__PAYMENTS", "acme.t.payments", []), new("acme_", "ACME__X", "acme.d.x", [])],
            Queries = [new("acme_", "ACME__X_V2", "INSERT ...", "ACME__PAYMENTS", "ACME__X", QueryIntent.Running, ["ACME__X_V1"])],
            Retired = new RetiredResources { Queries = [new("acme_", "ACME__X_V1")] },
        };
        var observed = new ObservedState
        {
            Streams = desired.Streams, Queries = [new("acme_", "ACME__X_V1", ["ACME__PAYMENTS"], ["ACME__X"], ObservedRunState.Running)],
        };

        var changes = ProvisioningPlanner.Plan(desired, observed).Changes.Cast<KsqlQueryChange>().ToList();

        Assert.Equal([QueryAction.Terminate, QueryAction.Start], changes.Select(change => change.Action));
        Assert.Equal("ACME__X_V2", changes[0].HandsOverTo);
    }

    [Fact]
    public void Stream_with_another_schema_is_replaced_only_after_its_queries_stopped()
    {
        var current = new KsqlStreamSpec("acme_", "ACME__X", "acme.d.x", [new("ID", "BIGINT", true), new("A", "STRING", false)]);
        var wanted = current with { Columns = [new("ID", "BIGINT", true), new("B", "DOUBLE", false)] };
        var desired = DesiredState.Empty with
        {
            Streams = [wanted], Queries = [new("acme_", "ACME__X_V1", "INSERT ...", "ACME__X", "ACME__X", QueryIntent.Running, [])],
        };
        var observed = new ObservedState { Streams = [current], Queries = [new("acme_", "ACME__X_V1", [], ["ACME__X"], ObservedRunState.Running)] };

        var changes = ProvisioningPlanner.Plan(desired, observed).Changes;

        Assert.Collection(
            changes,
            change => Assert.Equal(QueryAction.Terminate, Assert.IsType<KsqlQueryChange>(change).Action),
            change => Assert.True(Assert.IsType<KsqlStreamChange>(change).Replaces),
            change => Assert.Equal(QueryAction.Start, Assert.IsType<KsqlQueryChange>(change).Action));
    }

    [Fact]
    public void Stream_used_by_a_strangers_query_is_blocked_and_left_alone()
    {
        var current = new KsqlStreamSpec("acme_", "ACME__X", "acme.d.x", [new("A", "STRING", false)]);
        var desired = DesiredState.Empty with { Streams = [current with { Columns = [new("B", "DOUBLE", false)] }] };
        var observed = new ObservedState { Streams = [current], Queries = [new("acme_", "BY_HAND", ["ACME__X"], [], ObservedRunState.Running)] };

        var plan = ProvisioningPlanner.Plan(desired, observed);

        Assert.Empty(plan.Changes);
        Assert.Contains("BY_HAND", Assert.Single(plan.Blocked).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_mean_the_same_are_no_change()
    {
        var current = new KsqlStreamSpec("acme_", "ACME__X", "acme.d.x", [new("A", "VARCHAR", false), new("B", "DECIMAL(18,2)", false), new("C", "INT", false)]);
        var desired = DesiredState.Empty with
        {
            Streams = [current with { Columns = [new("A", "STRING", false), new("B", "DECIMAL(18, 2)", false), new("C", "INTEGER", false)] }],
        };

        Assert.True(ProvisioningPlanner.Plan(desired, new ObservedState { Streams = [current] }).InSync);
    }

    [Theory]
    [InlineData("86400000", "3600000", ChangeRisk.DestroysData)]
    [InlineData("3600000", "86400000", ChangeRisk.Safe)]
    [InlineData("-1", "3600000", ChangeRisk.DestroysData)]
    public void Shorter_retention_says_that_it_destroys_data(string current, string wanted, ChangeRisk risk)
    {
        var desired = DesiredState.Empty with { Topics = [Topic("acme.d.x", ("retention.ms", wanted))] };

        var plan = ProvisioningPlanner.Plan(desired, new ObservedState { Topics = [Topic("acme.d.x", ("retention.ms", current))] });

        Assert.Equal(risk, Assert.Single(plan.Changes).Risk);
    }

    [Fact]
    public void Counting_retention_from_the_writing_is_a_safe_change()
    {
        var wanted = Topic("acme.d.x", ("message.timestamp.type", "LogAppendTime"));

        var plan = ProvisioningPlanner.Plan(DesiredState.Empty with { Topics = [wanted] }, new ObservedState { Topics = [Topic("acme.d.x")] });

        Assert.Equal(ChangeRisk.Safe, Assert.IsType<TopicConfigChange>(Assert.Single(plan.Changes)).Risk);
    }

    [Fact]
    public void Partitions_grow_but_fewer_are_blocked()
    {
        var desired = DesiredState.Empty with { Topics = [Topic("acme.t.a") with { Partitions = 6 }, Topic("acme.t.b") with { Partitions = 1 }] };

        var plan = ProvisioningPlanner.Plan(desired, new ObservedState { Topics = [Topic("acme.t.a"), Topic("acme.t.b")] });

        Assert.Equal(6, Assert.IsType<PartitionChange>(Assert.Single(plan.Changes)).Wanted);
        Assert.Equal("acme.t.b", Assert.Single(plan.Blocked).Resource);
    }

    [Fact]
    public void Topic_that_keeps_state_does_not_grow_since_its_keys_would_lie_in_two_partitions()
    {
        var desired = DesiredState.Empty with { Topics = [Topic("acme.t.a", ("cleanup.policy", "compact")) with { Partitions = 6 }] };

        var plan = ProvisioningPlanner.Plan(desired, new ObservedState { Topics = [Topic("acme.t.a", ("cleanup.policy", "compact"))] });

        Assert.Empty(plan.Changes);
        Assert.StartsWith("Set the feed's partitions to 3, or take the feed from the tenant", Assert.Single(plan.Blocked).WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void User_whose_password_is_gone_is_blocked_with_the_way_out()
    {
        var desired = DesiredState.Empty with { Users = [new("acme.app", "SCRAM-SHA-512", 4096, null)] };

        var blocked = Assert.Single(ProvisioningPlanner.Plan(desired, ObservedState.Empty).Blocked);

        Assert.Equal(("acme.app", "Rotate or revoke the credential."), (blocked.Resource, blocked.WayOut));
    }

    private static DesiredState Describe(WantedTenant wanted) => TenantDesiredState.Describe(wanted, Options, WantedProtection.For(1));

    private static Plan Plan(WantedTenant wanted, ModelPlatform platform) => ProvisioningPlanner.Plan(Describe(wanted), platform.State);

    private static void ApplyAll(ModelPlatform platform, WantedTenant wanted)
    {
        foreach (var change in Plan(wanted, platform).Changes)
        {
            platform.Apply(change);
        }
    }

    private static TopicSpec Topic(string name, params (string Key, string Value)[] configs) =>
        new(name, 3, 1, configs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value));

    private static QuotaSpec Quota(QuotaEntity entity, params (string Key, double Value)[] limits) =>
        new(entity, limits.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

    private static List<string> Sorted(ObservedState state) =>
    [
        .. state.Topics.Select(item => $"topic {item.Name} {item.Partitions} {string.Join(',', item.Configs)}")
            .Concat(state.Acls.Select(item => item.ToString()))
            .Concat(state.Users.Select(item => $"user {item}"))
            .Concat(state.Quotas.Select(item => $"quota {item.Entity} {string.Join(',', item.Limits)}"))
            .Concat(state.Services.Select(item => $"service {item}"))
            .Concat(state.Streams.Select(item => $"stream {item.Name} {string.Join(',', item.Columns)}"))
            .Concat(state.Queries.Select(item => $"query {item.QueryId} {item.State}"))
            .Concat(state.Connectors.Select(item => $"connector {item.Name} {item.State} {string.Join(',', item.Config)}"))
            .Order(StringComparer.Ordinal),
    ];
}
