using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Turns a tenant's rows into the state that is wanted on the platform. Pure.</summary>
public sealed class TenantDesiredState
{
    /// <summary>The one mechanism that Pioneer gives out.</summary>
    public const string Mechanism = "SCRAM-SHA-512";

    private readonly WantedTenant _wanted;
    private readonly ProvisioningOptions _options;
    private readonly TenantSlug _slug;
    private readonly bool _dedicated;
    private readonly bool _suspended;
    private readonly string _serviceId;
    private readonly WantedProtection _protection;

    private TenantDesiredState(WantedTenant wanted, ProvisioningOptions options, WantedProtection protection)
    {
        _wanted = wanted;
        _options = options;
        _slug = wanted.Tenant.Slug;
        _dedicated = wanted.Tenant.Isolation is IsolationLevel.Dedicated;
        _suspended = wanted.Tenant.State is TenantState.Suspended;
        _serviceId = KsqlNames.ServiceId(wanted.Tenant);
        _protection = protection;
    }

    public static DesiredState Describe(WantedTenant wanted, ProvisioningOptions options, WantedProtection protection)
    {
        var state = new TenantDesiredState(wanted, options, protection);
        return wanted.Tenant.State is TenantState.Offboarding or TenantState.Deleted ? state.Gone() : state.Living();
    }

    /// <summary>Partitions that the results of a query would have, and those of the topic that it reads; null where this tenant wants no such topic.</summary>
    public static (int Source, int Delivery)? PartitionsOf(WantedTenant wanted, ProvisioningOptions options, string sourceTopic)
    {
        var state = new TenantDesiredState(wanted, options, WantedProtection.For(1));
        return state.Living().Topics.FirstOrDefault(topic => topic.Name == sourceTopic) is { } source
            ? (source.Partitions, state.DeliveryPartitions(sourceTopic) ?? options.Partitions)
            : null;
    }

    private DesiredState Living()
    {
        var granted = _wanted.Feeds.Where(feed => feed.Entitlement.State is EntitlementState.Granted).ToList();
        var revoked = _wanted.Feeds.Where(feed => feed.Entitlement.State is EntitlementState.Revoked).ToList();
        var living = _wanted.Subscriptions.Where(IsLiving).ToList();
        var deleted = _wanted.Subscriptions.Where(subscription => !IsLiving(subscription)).ToList();
        var credentials = _wanted.Credentials.Where(IsUsable).ToList();
        var reused = living.Select(subscription => subscription.Name).ToHashSet();
        deleted.RemoveAll(subscription => reused.Contains(subscription.Name));
        return new DesiredState
        {
            Scope = _slug,
            Topics = [.. granted.Select(FeedTopic), .. living.Select(DeliveryTopic)],
            Acls = [.. Rights(credentials).Distinct()],
            OwnedPrincipals = OwnedPrincipals(),
            Users = [.. Users(credentials)],
            Quotas = [.. Quotas(credentials)],
            Services = [Service()],
            Streams = [.. granted.Select(FeedStream), .. living.Select(DeliveryStream)],
            Queries = [.. living.Select(Query)],
            Connectors = [.. granted.Select(feed => FeedConnector.Describe(_slug, feed, paused: _suspended || feed.Entitlement.Paused))],
            Retired = new RetiredResources
            {
                Topics = [.. DataToDelete(revoked), .. deleted.Where(row => row.DeleteTopic).Select(DeliveryName)],
                KeptTopics = [.. DataToKeep(revoked), .. deleted.Where(row => !row.DeleteTopic).Select(DeliveryName)],
                LookedAfterTopics = [TopicNames.Prefix(_slug, TopicKind.Seed)],
                Acls = [],
                Users = [.. _wanted.Credentials.Where(credential => !IsUsable(credential)).Select(credential => credential.Principal)],
                Principals = [.. ShutOut().Select(principal => $"User:{principal}")],
                Services = [],
                Streams = [.. revoked.Select(feed => feed.Feed.Name).Concat(deleted.Select(row => row.Name)).Select(StreamName)],
                Queries = [.. RetiredQueries(living, deleted)],
                LookedAfter = [.. living.SelectMany(SeedObjects)],
                Connectors = [.. revoked.Select(FeedName)],
            },
        };
    }

    // Everything that ever was this tenant's and only this tenant's.
    private DesiredState Gone()
    {
        var platformRights = AclSets.Connect(_slug, _options.ConnectPrincipal).Concat(PortalRights());
        var names = _wanted.Feeds.Select(feed => feed.Feed.Name).Concat(_wanted.Subscriptions.Select(row => row.Name));
        return new DesiredState
        {
            Scope = _slug,
            IsOffboarding = true,
            OwnedPrincipals = OwnedPrincipals(),
            Retired = new RetiredResources
            {
                Topics = [.. _wanted.Feeds.Select(FeedName), .. _wanted.Subscriptions.Select(DeliveryName)],
                Acls = [.. platformRights, .. _dedicated ? [] : AclSets.KsqlData(_slug, Principals.SharedKsql)],
                Users = [.. OwnedPrincipals().Select(principal => principal["User:".Length..])],
                Principals = OwnedPrincipals(),
                Services = _dedicated ? [_serviceId] : [],
                Streams = [.. names.Select(StreamName)],
                Queries = [.. _wanted.Subscriptions.SelectMany(row => row.Versions).Select(version => new KsqlObjectName(_serviceId, version.QueryId))],
                Connectors = [.. _wanted.Feeds.Select(FeedName)],
            },
        };
    }

    private IEnumerable<AclRule> Rights(IEnumerable<Credential> credentials)
    {
        var ksql = _dedicated
            ? AclSets.Ksql(_slug, Principals.Ksql(_slug), _serviceId)
            : AclSets.Ksql(_slug, Principals.SharedKsql, _serviceId);
        var readers = _suspended ? [] : credentials.SelectMany(credential => AclSets.Consumer(_slug, credential.Principal)).Concat(AclSets.Portal(_slug));
        return ksql.Concat(AclSets.Connect(_slug, _options.ConnectPrincipal)).Concat(PortalRights()).Concat(readers);
    }

    private ImmutableArray<AclRule> PortalRights() => _options.PlatformPrincipal is { Length: > 0 } portal ? AclSets.Platform(_slug, portal) : [];

    private ImmutableHashSet<string> OwnedPrincipals() =>
        [.. _wanted.Credentials.Select(credential => credential.Principal).Append(Principals.Ksql(_slug)).Append(Principals.Portal(_slug)).Select(name => $"User:{name}")];

    private IEnumerable<string> ShutOut()
    {
        var revoked = _wanted.Credentials.Where(credential => _suspended || !IsUsable(credential)).Select(credential => credential.Principal);
        return _suspended ? revoked.Append(Principals.Portal(_slug)) : revoked;
    }

    private IEnumerable<ScramUserSpec> Users(IEnumerable<Credential> credentials)
    {
        yield return _dedicated
            ? User(Principals.Ksql(_slug), SecretNames.KsqlPrincipal(_slug))
            : User(Principals.SharedKsql, SecretNames.SharedKsqlPrincipal);
        yield return User(Principals.Portal(_slug), SecretNames.PortalPrincipal(_slug));
        foreach (var credential in credentials)
        {
            yield return new ScramUserSpec(credential.Principal, credential.Mechanism, _options.ScramIterations, credential.PendingSecret);
        }
    }

    private ScramUserSpec User(string name, string secret) => new(name, Mechanism, _options.ScramIterations, secret);

    // A shared ksqlDB signs in as one principal for all its tenants: a limit on it would be everybody's.
    private IEnumerable<QuotaSpec> Quotas(IEnumerable<Credential> credentials)
    {
        var limits = _wanted.Tenant.Limits.Or(_options.Limits);
        var consumers = credentials.Select(credential => credential.Principal).Append(Principals.Portal(_slug));
        var ksql = _dedicated ? QuotaSets.Ksql(Principals.Ksql(_slug), limits) : [];
        return ksql.Concat(consumers.SelectMany(principal => QuotaSets.Consumer(principal, limits)));
    }

    private KsqlServiceSpec Service() => _dedicated
        ? new(_serviceId, Principals.Ksql(_slug), SecretNames.KsqlPrincipal(_slug))
        : new(_serviceId, Principals.SharedKsql, SecretNames.SharedKsqlPrincipal);

    private TopicSpec FeedTopic(WantedFeed feed) => feed.Feed.Kind is FeedKind.State
        ? Topic(FeedName(feed), feed.Feed.Partitions, "compact", null)
        : Topic(FeedName(feed), feed.Feed.Partitions, "delete", feed.Feed.RetentionMs);

    // Results keep the partitions of what they are made from: order per key holds from end to end, and a seed can use the same partitions.
    // Their time counts from the writing: a result has the time of the row it came from, and one of last year would be deleted at once (decision 9).
    private TopicSpec DeliveryTopic(Subscription subscription)
    {
        var topic = Topic(DeliveryName(subscription), DeliveryPartitions(Current(subscription).SourceTopic), "delete", _options.DeliveryRetentionMs);
        return topic with { Configs = topic.Configs.SetItem("message.timestamp.type", "LogAppendTime") };
    }

    private int? DeliveryPartitions(string sourceTopic) => _wanted.Feeds.FirstOrDefault(feed => FeedName(feed) == sourceTopic)?.Feed.Partitions;

    private TopicSpec Topic(string name, int? partitions, string cleanup, long? retentionMs)
    {
        var configs = ImmutableSortedDictionary.CreateBuilder<string, string>();
        configs["cleanup.policy"] = cleanup;
        configs[ConfigRisk.MinInSyncReplicas] = _protection.MinInSyncReplicas.ToString(CultureInfo.InvariantCulture);
        if (retentionMs is { } kept)
        {
            configs["retention.ms"] = kept.ToString(CultureInfo.InvariantCulture);
        }

        return new TopicSpec(name, partitions ?? _options.Partitions, _protection.ReplicationFactor, configs.ToImmutable());
    }

    private KsqlStreamSpec FeedStream(WantedFeed feed) => new(
        _serviceId, KsqlNames.ObjectName(_slug, feed.Feed.Name), FeedName(feed), FeedSchema.Columns(feed.Feed));

    private KsqlStreamSpec DeliveryStream(Subscription subscription) => new(
        _serviceId, KsqlNames.ObjectName(_slug, subscription.Name), DeliveryName(subscription),
        [.. Current(subscription).ResultSchema.OrderByDescending(column => column.IsKey)
            .Select(column => new KsqlColumnSpec(column.Name, column.Type, column.IsKey))]);

    private KsqlQuerySpec Query(Subscription subscription)
    {
        var version = Current(subscription);
        var sink = KsqlNames.ObjectName(_slug, subscription.Name);
        var intent = subscription switch
        {
            { HeldBy: not null } or { State: SubscriptionState.Seeding } => QueryIntent.Held,
            { State: SubscriptionState.Paused } => QueryIntent.Paused,
            _ => _suspended ? QueryIntent.Paused : QueryIntent.Running,
        };
        return new KsqlQuerySpec(
            _serviceId, version.QueryId, KsqlStatements.InsertInto(sink, version.QueryId, version.Select), version.SourceObject, sink, intent,
            [.. Predecessors(subscription, version).Select(older => older.QueryId)])
        {
            HasRun = Predecessors(subscription, version).Any(older => older.DeployedAt is not null),
        };
    }

    // Newest first, along the chain of versions that read the same source.
    private static IEnumerable<SubscriptionVersion> Predecessors(Subscription subscription, SubscriptionVersion version)
    {
        for (var older = Older(version); older is not null; older = Older(older))
        {
            yield return older;
        }

        SubscriptionVersion? Older(SubscriptionVersion newer) =>
            subscription.Versions.Find(candidate => candidate.Number == newer.ContinuesFrom && candidate.Number < newer.Number);
    }

    private IEnumerable<KsqlObjectName> RetiredQueries(IEnumerable<Subscription> living, IEnumerable<Subscription> deleted)
    {
        // While a seed run holds a subscription, the run itself decides when the old version stops.
        var replaced = living.Where(row => row.HeldBy is null).SelectMany(row => row.Versions.Where(version => version.Number != row.CurrentVersion));
        return replaced.Concat(deleted.SelectMany(row => row.Versions)).Select(version => new KsqlObjectName(_serviceId, version.QueryId));
    }

    private IEnumerable<string> DataToDelete(IEnumerable<WantedFeed> revoked) => revoked.Where(feed => feed.Entitlement.DeleteData).Select(FeedName);

    private IEnumerable<string> DataToKeep(IEnumerable<WantedFeed> revoked) => revoked.Where(feed => !feed.Entitlement.DeleteData).Select(FeedName);

    private IEnumerable<KsqlObjectName> SeedObjects(Subscription subscription) =>
        KsqlNames.SeedPrefixes(_slug, subscription.Name).Select(prefix => new KsqlObjectName(_serviceId, prefix));

    private string FeedName(WantedFeed feed) => TopicNames.Feed(_slug, feed.Feed.Name);

    private string DeliveryName(Subscription subscription) => TopicNames.Delivery(_slug, subscription.Name);

    private KsqlObjectName StreamName(string name) => new(_serviceId, KsqlNames.ObjectName(_slug, name));

    private static SubscriptionVersion Current(Subscription subscription) =>
        subscription.Versions.Find(version => version.Number == subscription.CurrentVersion)
        ?? throw new InvalidOperationException($"Subscription {subscription.Name} has no version {subscription.CurrentVersion}; was it loaded with its versions?");

    private static bool IsLiving(Subscription subscription) => subscription.State is not (SubscriptionState.Deleting or SubscriptionState.Deleted);

    private static bool IsUsable(Credential credential) => credential.State is CredentialState.Pending or CredentialState.Active;
}
