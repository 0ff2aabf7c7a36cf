using System.Collections.Immutable;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Everything that is there, looked at once and parted by tenant: a tenant's part is what <see cref="IObservedStateReader.ReadAsync"/> reads for it alone, and
/// taking it costs as much as the tenant has. Threads may share it.
/// </summary>
public sealed class ObservedPlatform
{
    // no name holds it
    private const char Between = '\0';

    private const string Resource = "resource", Principal = "principal";

    private readonly ObservedState _all;
    private readonly IReadOnlyDictionary<string, Error> _silent;
    private readonly ImmutableArray<AclRule> _sharedRules;
    private readonly ImmutableArray<ScramUserSpec> _sharedUsers;
    private readonly PrefixIndex<TopicSpec> _topics;
    private readonly PrefixIndex<AclRule> _acls;
    private readonly PrefixIndex<ScramUserSpec> _users;
    private readonly PrefixIndex<QuotaSpec> _quotas;
    private readonly ILookup<string, KsqlServiceSpec> _services;
    private readonly PrefixIndex<KsqlStreamSpec> _streams;
    private readonly PrefixIndex<ObservedQuery> _queries;
    private readonly PrefixIndex<ObservedConnector> _connectors;

    /// <param name="all">What was read.</param>
    /// <param name="silent">Why ksqlDB services could not be read, by their ids: whoever's queries run there has no part, and nobody else lacks any.</param>
    public ObservedPlatform(ObservedState all, IReadOnlyDictionary<string, Error> silent)
    {
        _all = all;
        _silent = silent;
        _sharedRules = [.. all.Acls.Where(IsOfSharedKsql)];
        _sharedUsers = [.. all.Users.Where(user => user.User == Principals.SharedKsql)];
        _topics = new(all.Topics, topic => [topic.Name]);
        _acls = new(all.Acls, rule => [In(Resource, rule.ResourceName), In(Principal, rule.Principal)]);
        _users = new(all.Users, user => [user.User]);
        _quotas = new(all.Quotas, quota => [quota.Entity.User, quota.Entity.ClientId]);
        _services = all.Services.ToLookup(service => service.ServiceId);
        _streams = new(all.Streams, stream => [In(stream.ServiceId, stream.Name)]);
        _queries = new(all.Queries, query => query.Sinks.Append(query.QueryId).Select(name => In(query.ServiceId, name)));
        _connectors = new(all.Connectors, connector => [connector.Name]);
    }

    /// <summary>
    /// Whether it is a right of the ksqlDB that tenants share to what is nobody's alone, such as its internal topics. What it may do with a tenant's topics is
    /// found by the tenant's name: it has such rights for every tenant.
    /// </summary>
    public static bool IsOfSharedKsql(AclRule rule) =>
        rule.Principal == $"User:{Principals.SharedKsql}" && !rule.ResourceName.Contains('.', StringComparison.Ordinal);

    /// <summary>The part of one tenant; why there is none where a ksqlDB service that its queries may run in could not be read.</summary>
    public Result<ObservedState> For(TenantSlug tenant)
    {
        string[] services = [KsqlNames.ServiceId(tenant), KsqlNames.SharedServiceId];
        foreach (var service in services)
        {
            if (_silent.TryGetValue(service, out var error))
            {
                return error;
            }
        }

        var prefix = TopicNames.Prefix(tenant);
        var objects = services.Select(service => In(service, KsqlNames.Prefix(tenant))).ToList();
        return _all with
        {
            Topics = _topics.StartingWith(prefix, TopicNames.OtherSpelling(prefix)),
            Acls = [.. _acls.StartingWith(In(Resource, prefix), In(Principal, $"User:{prefix}")), .. _sharedRules],
            Users = [.. _users.StartingWith(prefix), .. _sharedUsers],
            Quotas = _quotas.StartingWith(prefix),
            Services = [.. services.SelectMany(service => _services[service])],
            Streams = _streams.StartingWith(objects),
            Queries = _queries.StartingWith(objects),
            Connectors = _connectors.StartingWith(prefix),
        };
    }

    private static string In(string space, string name) => $"{space}{Between}{name}";
}
