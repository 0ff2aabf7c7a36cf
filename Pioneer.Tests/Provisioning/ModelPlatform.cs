using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Tests.Provisioning;

/// <summary>A platform in memory: applies changes as Kafka, ksqlDB and Connect would, and refuses what they would refuse.</summary>
public sealed class ModelPlatform(ObservedState state) : IObservedStateReader, IChangeApplier, IKsqlHosting
{
    public ModelPlatform()
        : this(ObservedState.Empty)
    {
    }

    public ObservedState State { get; private set; } = state;

    public List<Change> Applied { get; } = [];

    public Error? Unreachable { get; set; }

    /// <summary>False as on a real ksqlDB that nobody has named a server of.</summary>
    public bool HostsKsql { get; set; } = true;

    public bool HasPlaceFor(string serviceId) => HostsKsql;

    public Task<Result<ObservedState>> ReadAsync(TenantSlug? tenant, CancellationToken cancellationToken) =>
        Task.FromResult(Unreachable is { } error ? (Result<ObservedState>)error : State);

    public Task<Result<ObservedPlatform>> ReadPlatformAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Unreachable is { } error ? (Result<ObservedPlatform>)error : new ObservedPlatform(State, ImmutableDictionary<string, Error>.Empty));

    public Task<Result> ApplyAsync(Change change, CancellationToken cancellationToken)
    {
        Apply(change);
        return Task.FromResult(Result.Success);
    }

    public void Apply(ObservedBrokers brokers) => State = State with { Brokers = brokers };

    public void Apply(Change change)
    {
        Applied.Add(change);
        State = change switch
        {
            TopicChange topic => State with { Topics = Toggle(State.Topics, topic.Kind, topic.Topic, item => item.Name) },
            TopicConfigChange config => State with { Topics = [.. State.Topics.Select(item => item.Name == config.Topic ? With(item, config) : item)] },
            PartitionChange grown => State with
            {
                Topics = [.. State.Topics.Select(item => item.Name == grown.Topic ? item with { Partitions = grown.Wanted } : item)],
            },
            ReplicationChange added => State with
            {
                Topics = [.. State.Topics.Select(item => item.Name == added.Topic ? item with { ReplicationFactor = added.Wanted, FewestInSync = added.Wanted } : item)],
            },
            AclChange acl => State with { Acls = Toggle(State.Acls, acl.Kind, acl.Rule, item => item) },
            ScramUserChange user => State with
            {
                Users = Toggle(State.Users, user.Kind, user.User with { SecretName = null }, item => (item.User, item.Mechanism)),
            },
            QuotaChange quota => ApplyQuota(quota),
            KsqlServiceChange service => State with
            {
                Services = Toggle(State.Services, service.Kind, service.Service with { SecretName = null }, item => item.ServiceId),
            },
            KsqlStreamChange stream => ApplyStream(stream),
            KsqlQueryChange query => ApplyQuery(query),
            ConnectorChange connector => State with
            {
                Connectors = Toggle(State.Connectors, connector.Kind, Reported(connector.Connector), item => item.Name),
            },
            _ => throw new InvalidOperationException($"The model does not know {change.GetType().Name}"),
        };
    }

    private ObservedState ApplyQuota(QuotaChange change)
    {
        if (change.Wanted.Keys.FirstOrDefault(State.RefusedQuotas.ContainsKey) is { } refused)
        {
            throw new InvalidOperationException($"The broker refuses {refused}");
        }

        var entity = new QuotaEntity(change.User);
        var limits = State.Quotas.FirstOrDefault(quota => quota.Entity == entity)?.Limits.ToBuilder()
            ?? ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var (key, value) in change.Wanted)
        {
            if (value is { } limit)
            {
                limits[key] = limit;
            }
            else
            {
                limits.Remove(key);
            }
        }

        var others = State.Quotas.Where(quota => quota.Entity != entity);
        return State with { Quotas = limits.Count == 0 ? [.. others] : [.. others, new QuotaSpec(entity, limits.ToImmutable())] };
    }

    private ObservedState ApplyStream(KsqlStreamChange change)
    {
        var users = State.Queries.Where(query => query.ServiceId == change.Stream.ServiceId && query.Touches(change.Stream.Name)).ToList();
        if (users.Count > 0 && (change.Kind is ChangeKind.Delete || change.Replaces))
        {
            throw new InvalidOperationException($"ksqlDB refuses to drop {change.Resource}: {users[0].QueryId} uses it");
        }

        return State with { Streams = Toggle(State.Streams, change.Kind, change.Stream, item => (item.ServiceId, item.Name)) };
    }

    private ObservedState ApplyQuery(KsqlQueryChange change)
    {
        var others = State.Queries.Where(query => (query.ServiceId, query.QueryId) != (change.ServiceId, change.QueryId));
        var current = State.Queries.FirstOrDefault(query => (query.ServiceId, query.QueryId) == (change.ServiceId, change.QueryId));
        switch (change.Action)
        {
            case QueryAction.Terminate:
                return State with { Queries = [.. others] };
            case QueryAction.Start:
                RequireStream(change.ServiceId, change.Query!.Sink);
                RequireStream(change.ServiceId, change.Query.Source);
                var started = new ObservedQuery(
                    change.ServiceId, change.QueryId, [change.Query.Source], [change.Query.Sink], ObservedRunState.Running);
                return State with { Queries = [.. others, started] };
            default:
                var runState = change.Action is QueryAction.Pause ? ObservedRunState.Paused : ObservedRunState.Running;
                return State with { Queries = [.. others, current! with { State = runState }] };
        }
    }

    private void RequireStream(string service, string name)
    {
        if (!State.Streams.Any(stream => stream.ServiceId == service && stream.Name == name))
        {
            throw new InvalidOperationException($"ksqlDB does not know {service}/{name}");
        }
    }

    // Connect gives the configuration back with the name in it; readers mask secrets.
    private static ObservedConnector Reported(ConnectorSpec spec) => new(
        spec.Name,
        spec.Config.Select(pair => ConnectorSpec.SecretKeys.Contains(pair.Key) ? KeyValuePair.Create(pair.Key, "***") : pair)
            .Append(KeyValuePair.Create("name", spec.Name)).ToImmutableSortedDictionary(StringComparer.Ordinal),
        spec.Paused ? ObservedRunState.Paused : ObservedRunState.Running);

    private static TopicSpec With(TopicSpec topic, TopicConfigChange change)
    {
        var configs = topic.Configs.ToBuilder();
        foreach (var (key, value) in change.Wanted)
        {
            if (value is null)
            {
                configs.Remove(key);
            }
            else
            {
                configs[key] = value;
            }
        }

        return topic with { Configs = configs.ToImmutable() };
    }

    private static ImmutableArray<T> Toggle<T, TKey>(ImmutableArray<T> items, ChangeKind kind, T item, Func<T, TKey> key)
    {
        var others = items.Where(existing => !EqualityComparer<TKey>.Default.Equals(key(existing), key(item)));
        return kind is ChangeKind.Delete ? [.. others] : [.. others, item];
    }
}
