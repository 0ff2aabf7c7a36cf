using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>A tenant's part of one look at everything, held against going through everything for it.</summary>
public sealed class ObservedPlatformTests
{
    // beginnings of one another, with and without what stands between a slug and the rest
    private static readonly string[] Slugs = ["acme", "acm", "acme-eu", "acme2", "acme-e"];
    private static readonly ImmutableDictionary<string, Error> NoneSilent = ImmutableDictionary<string, Error>.Empty;
    private static readonly Error Down = new("KsqlDbUnavailable", "It does not answer.") { Kind = ErrorKind.Unavailable };

    private static readonly Gen<string> Name = Gen.Select(
        Gen.OneOfConst([.. Slugs, "", "Acme", "orders", "_confluent-ksql-acme_", "pioneer-ksql"]), Gen.OneOfConst(".", "_", "", "-", ".t.", "_t_", ".d_"),
        Gen.OneOfConst("", "payments", "large.payments", "x"), (slug, between, rest) => slug + between + rest);

    private static readonly Gen<string> Principal = Gen.Select(Gen.OneOfConst("User:", "User:", "Group:", ""), Name, (type, name) => type + name);
    private static readonly Gen<string> Service = Gen.OneOfConst("acme_", "acm_", "acme-eu_", KsqlNames.SharedServiceId, "default_");

    private static readonly Gen<string> KsqlName = Gen.Select(
        Gen.OneOfConst([.. Slugs, "orders"]), Gen.OneOfConst("__", "_", ""), Gen.OneOfConst("PAYMENTS", "EU__X", ""),
        (slug, between, rest) => slug.ToUpperInvariant().Replace('-', '_') + between + rest);

    private static readonly Gen<ObservedState> Platforms = Gen.Select(
        Name.Array[0, 20], Gen.Select(Principal, Name).Array[0, 20], Name.Array[0, 20], Gen.Select(Name, Name, Gen.Int[0, 2]).Array[0, 20],
        Gen.Select(Service, KsqlName).Array[0, 20], Gen.Select(Service, KsqlName, KsqlName.Array[0, 2]).Array[0, 20],
        (topics, rules, users, quotas, streams, queries) => new ObservedState
        {
            Brokers = new ObservedBrokers([1, 2], default, TakesReassignments: true),
            Topics = [.. topics.Where(topic => !topic.StartsWith('_')).Select(topic => new TopicSpec(topic, 1, 1, ImmutableSortedDictionary<string, string>.Empty))],
            Acls = [.. rules.Select(rule => new AclRule(rule.Item1, AclOperation.Read, AclResourceType.Group, rule.Item2, AclPattern.Literal))],
            Users = [.. users.Select(user => new ScramUserSpec(user, "SCRAM-SHA-512", 4096, null))],
            Quotas = [.. quotas.Select(quota => new QuotaSpec(
                new QuotaEntity(quota.Item3 == 0 ? null : quota.Item1, quota.Item3 == 1 ? null : quota.Item2), ImmutableSortedDictionary<string, double>.Empty))],
            Services = [.. streams.Select(stream => stream.Item1).Distinct().Select(id => new KsqlServiceSpec(id, "", null))],
            Streams = [.. streams.Select(stream => new KsqlStreamSpec(stream.Item1, stream.Item2, "topic", []))],
            Queries = [.. queries.Select(query => new ObservedQuery(query.Item1, query.Item2, ["SOURCE"], [.. query.Item3], ObservedRunState.Running))],
            Connectors = [.. topics.Select(name => new ObservedConnector(name, ImmutableSortedDictionary<string, string>.Empty, ObservedRunState.Running))],
            ConnectorClasses = ["a.class"],
        });

    [Fact]
    public void Part_of_a_tenant_is_what_is_read_for_it_alone() => Gen.Select(Platforms, Gen.OneOfConst(Slugs)).Sample((all, slug) =>
    {
        var tenant = TenantSlug.Parse(slug);

        var part = new ObservedPlatform(all, NoneSilent).For(tenant).Value;

        var alone = Alone(all, tenant);
        Assert.Equal(alone.Topics, part.Topics);
        Assert.Equal(Sorted(alone.Acls), Sorted(part.Acls));
        Assert.Equal(Sorted(alone.Users), Sorted(part.Users));
        Assert.Equal(alone.Quotas, part.Quotas);
        Assert.Equal(Sorted(alone.Services), Sorted(part.Services));
        Assert.Equal(alone.Streams, part.Streams);
        Assert.Equal(alone.Queries, part.Queries);
        Assert.Equal(alone.Connectors, part.Connectors);
        Assert.Equal((all.Brokers, all.ConnectorClasses), (part.Brokers, part.ConnectorClasses));
    });

    [Fact]
    public void Plan_from_the_part_is_the_plan_from_everything() => Gen.Select(WantedTenants.AcmeTwice, Platforms).Sample((pair, others) =>
    {
        var platform = new ModelPlatform(ObservedState.Empty);
        foreach (var change in Plan(pair.Before, platform.State).Changes)
        {
            platform.Apply(change);
        }

        var mine = platform.State;
        var all = mine with
        {
            Topics = [.. mine.Topics.Concat(others.Topics).DistinctBy(topic => topic.Name)],
            Acls = [.. mine.Acls.Concat(others.Acls.Where(rule => rule.Principal.StartsWith("User:", StringComparison.Ordinal))).Distinct()],
            Users = [.. mine.Users.Concat(others.Users).DistinctBy(user => user.User)],
            Connectors = [.. mine.Connectors.Concat(others.Connectors).DistinctBy(connector => connector.Name)],
            Streams = [.. mine.Streams.Concat(others.Streams).DistinctBy(stream => (stream.ServiceId, stream.Name))],
            Queries = [.. mine.Queries.Concat(others.Queries.Where(OfTenant)).DistinctBy(query => (query.ServiceId, query.QueryId))],
            Services = [.. mine.Services.Concat(others.Services).DistinctBy(service => service.ServiceId)],
        };

        var plan = Plan(pair.After, new ObservedPlatform(all, NoneSilent).For(pair.After.Tenant.Slug).Value);

        var whole = Plan(pair.After, Alone(all, pair.After.Tenant.Slug));
        Assert.Equal(whole.Changes, plan.Changes);
        Assert.Equal(whole.Blocked, plan.Blocked);
        Assert.Equal(whole.Foreign.Order(Comparer<ForeignResource>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()))),
            plan.Foreign.Order(Comparer<ForeignResource>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()))));
    });

    [Fact]
    public void Server_that_does_not_answer_is_missed_by_those_only_whose_queries_may_run_there()
    {
        var own = new ObservedPlatform(ObservedState.Empty, NoneSilent.Add("acme_", Down));
        Assert.Equal(Down, own.For(TenantSlug.Parse("acme")).Error);
        Assert.True(own.For(TenantSlug.Parse("acme-eu")).IsSuccess);

        var shared = new ObservedPlatform(ObservedState.Empty, NoneSilent.Add(KsqlNames.SharedServiceId, Down));
        Assert.Equal(Down, shared.For(TenantSlug.Parse("acme-eu")).Error);
    }

    private static bool OfTenant(ObservedQuery query) => query.QueryId.Length > 0;

    private static Plan Plan(WantedTenant wanted, ObservedState observed) => ProvisioningPlanner.Plan(
        TenantDesiredState.Describe(wanted, new ProvisioningOptions { Partitions = 3 }, WantedProtection.For(1)), observed);

    /// <summary>By the rule itself, thing by thing.</summary>
    private static ObservedState Alone(ObservedState all, TenantSlug tenant)
    {
        var (dotted, scored, objects) = ($"{tenant}.", $"{tenant}_", KsqlNames.Prefix(tenant));
        return all with
        {
            Topics = [.. all.Topics.Where(topic => Begins(topic.Name, dotted) || Begins(topic.Name, scored))],
            Acls = [.. all.Acls.Where(rule => Begins(rule.ResourceName, dotted) || Begins(rule.Principal, $"User:{dotted}")
                || (rule.Principal == "User:pioneer-ksql" && !rule.ResourceName.Contains('.', StringComparison.Ordinal)))],
            Users = [.. all.Users.Where(user => user.User == "pioneer-ksql" || Begins(user.User, dotted))],
            Quotas = [.. all.Quotas.Where(quota => Begins(quota.Entity.User, dotted) || Begins(quota.Entity.ClientId, dotted))],
            Services = [.. all.Services.Where(service => IsItsService(service.ServiceId))],
            Streams = [.. all.Streams.Where(stream => IsItsService(stream.ServiceId) && Begins(stream.Name, objects))],
            Queries = [.. all.Queries.Where(query => IsItsService(query.ServiceId)
                && (Begins(query.QueryId, objects) || query.Sinks.Any(sink => Begins(sink, objects))))],
            Connectors = [.. all.Connectors.Where(connector => Begins(connector.Name, dotted))],
        };

        bool IsItsService(string id) => id == $"{tenant}_" || id == "pioneer_";
    }

    private static bool Begins(string? name, string prefix) => name?.StartsWith(prefix, StringComparison.Ordinal) == true;

    private static IEnumerable<string> Sorted<T>(ImmutableArray<T> items) => items.Select(item => item!.ToString()!).Order(StringComparer.Ordinal);
}
