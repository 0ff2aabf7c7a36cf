using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Reads what is there, in a constant number of requests for one tenant or all. What cannot be read is an error that names the component:
/// an empty state would make the planner create or forget things.
/// </summary>
public sealed class ObservedStateReader(
    KafkaAdmin kafka, KafkaReplicas replicas, BrokerRights rights, QuotaObservation quotas, KsqlObservation ksql, KsqlServiceUrls urls, ConnectClient connect,
    ConnectorSecrets secrets) : IObservedStateReader
{
    public async Task<Result<ObservedState>> ReadAsync(TenantSlug? tenant, CancellationToken cancellationToken)
    {
        var look = await LookAsync(tenant, cancellationToken);
        return look.IsFailure ? look.Error : look.Value.Silent.Values.FirstOrDefault() is { } silent ? silent : look.Value.State;
    }

    public async Task<Result<ObservedPlatform>> ReadPlatformAsync(CancellationToken cancellationToken)
    {
        var look = await LookAsync(null, cancellationToken);
        return look.IsFailure ? look.Error : new ObservedPlatform(look.Value.State, look.Value.Silent);
    }

    /// <summary>What is there, without the ksqlDB services that do not answer and with why.</summary>
    private async Task<Result<(ObservedState State, ImmutableSortedDictionary<string, Error> Silent)>> LookAsync(
        TenantSlug? tenant, CancellationToken cancellationToken)
    {
        try
        {
            await urls.RefreshAsync(cancellationToken);
            var brokers = replicas.BrokersAsync(cancellationToken);
            var topics = TopicsAsync(tenant, brokers, cancellationToken);
            var known = rights.ReadAsync(tenant, cancellationToken);
            var limits = quotas.ReadAsync(tenant, cancellationToken);
            var services = ksql.ReadAsync(tenant, cancellationToken);
            var connectors = ConnectorsAsync(tenant, cancellationToken);
            var classes = ConnectorClassesAsync(cancellationToken);
            await Task.WhenAll(brokers, topics, known, limits, services, connectors, classes);
            var observedKsql = await services;
            var state = new ObservedState
            {
                Brokers = await brokers,
                Topics = await topics,
                Acls = (await known).Acls,
                Users = (await known).Users,
                Quotas = (await limits).Quotas,
                RefusedQuotas = (await limits).Refused,
                Services = observedKsql.Services,
                Streams = observedKsql.Streams,
                Queries = observedKsql.Queries,
                Connectors = await connectors,
                ConnectorClasses = await classes,
            };
            return (state, observedKsql.Silent);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private async Task<ImmutableArray<TopicSpec>> TopicsAsync(TenantSlug? tenant, Task<ObservedBrokers> brokers, CancellationToken ct)
    {
        var prefix = tenant is { } one ? TopicNames.Prefix(one) : null;
        var topics = await kafka.DescribeTopicsAsync(
            name => prefix is null
                ? !name.StartsWith('_')
                : name.StartsWith(prefix, StringComparison.Ordinal) || name.StartsWith(TopicNames.OtherSpelling(prefix), StringComparison.Ordinal), ct);
        var known = await brokers;
        return [.. topics.Select(topic => new TopicSpec(
            topic.Name, topic.Partitions, (short)topic.Replicas.Select(replicas => replicas.Count(known.Knows)).DefaultIfEmpty().Min(),
            topic.Configs.Where(config => config.Value is not null).ToImmutableSortedDictionary(StringComparer.Ordinal))
        { FewestInSync = (short)topic.FewestInSync })];
    }

    private async Task<ImmutableArray<ObservedConnector>> ConnectorsAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var connectors = await connect.ListAsync(ct);
        return [.. connectors
            .Where(connector => tenant is not { } one || connector.Name.StartsWith(TopicNames.Prefix(one), StringComparison.Ordinal))
            .Select(connector => new ObservedConnector(connector.Name, Masked(connector.Config), StateOf(connector.Status)))];
    }

    /// <summary>Null where a worker does not tell: a proxy may let only the connectors through.</summary>
    private async Task<ImmutableHashSet<string>?> ConnectorClassesAsync(CancellationToken ct)
    {
        try
        {
            return [.. (await connect.PluginsAsync(ct)).Select(plugin => plugin.Class)];
        }
        catch (ConnectRequestException)
        {
            return null;
        }
    }

    private ImmutableSortedDictionary<string, string> Masked(ImmutableDictionary<string, string> config) => config
        .ToImmutableSortedDictionary(pair => pair.Key, pair => ConnectorSpec.SecretKeys.Contains(pair.Key) ? secrets.Read(pair.Value) : pair.Value, StringComparer.Ordinal);

    private static ObservedRunState StateOf(ConnectorStatus status) => status.State switch
    {
        "PAUSED" or "STOPPED" => ObservedRunState.Paused,
        "FAILED" => ObservedRunState.Failed,
        _ => status.Tasks.Any(task => task.State == "FAILED") ? ObservedRunState.Failed : ObservedRunState.Running,
    };
}
