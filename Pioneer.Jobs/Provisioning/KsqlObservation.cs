using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>What the ksqlDB services hold: three requests a service, all of one kind of object in one request.</summary>
public sealed class KsqlObservation(KsqlDbClient client, KsqlServiceDirectory directory)
{
    /// <summary>Statements in one request: a server parses them together, so the request must stay of a sane size.</summary>
    private const int StatementsPerRequest = 50;

    public async Task<KsqlState> ReadAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var services = await ServicesAsync(tenant, ct);
        var states = await Task.WhenAll(services.Select(service => ReadServiceAsync(service.ServiceId, tenant, ct)));
        return new KsqlState(services, [.. states.SelectMany(state => state.Streams)], [.. states.SelectMany(state => state.Queries)]);
    }

    private async Task<ImmutableArray<KsqlServiceSpec>> ServicesAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var hosted = (await client.ListServicesAsync(ct)).Select(service => new KsqlServiceSpec(service.Id, service.Username, SecretName: null));
        var named = directory.Named().Select(id => new KsqlServiceSpec(id, Principal: "", SecretName: null));
        var services = named.Concat(hosted).DistinctBy(service => service.ServiceId);
        return [.. services.Where(service => tenant is not { } one
            || service.ServiceId == KsqlNames.ServiceId(one) || service.ServiceId == KsqlNames.SharedServiceId)];
    }

    private async Task<KsqlState> ReadServiceAsync(string serviceId, TenantSlug? tenant, CancellationToken ct)
    {
        var listedSources = client.ListSourcesAsync(serviceId, ct);
        var listedQueries = client.ListQueriesAsync(serviceId, ct);
        var prefix = tenant is { } one ? KsqlNames.Prefix(one) : "";
        var sources = (await listedSources).Where(source => IsOurs(source.Name)).Select(source => source.Name).ToList();
        var queries = (await listedQueries).Where(query => query.IsPersistent && (IsOurs(query.Id) || query.Sinks.Any(IsOurs))).ToList();
        var streams = DescribeAsync(serviceId, sources, ct);
        var explained = ExplainAsync(serviceId, queries, ct);
        return new KsqlState([], await streams, await explained);

        bool IsOurs(string name) => name.StartsWith(prefix, StringComparison.Ordinal);
    }

    private async Task<ImmutableArray<KsqlStreamSpec>> DescribeAsync(string serviceId, List<string> names, CancellationToken ct)
    {
        var answers = await Task.WhenAll(names.Chunk(StatementsPerRequest).Select(chunk => client.DescribeManyAsync(serviceId, chunk, ct)));
        return [.. answers.SelectMany(answer => answer).Select(source => new KsqlStreamSpec(serviceId, source.Name, source.Topic,
            [.. source.Fields.Select(field => new KsqlColumnSpec(field.Name, field.Type, field.Role == "KEY"))]))];
    }

    private async Task<ImmutableArray<ObservedQuery>> ExplainAsync(string serviceId, List<KsqlQueryInfo> queries, CancellationToken ct)
    {
        var answers = await Task.WhenAll(queries.Select(query => query.Id).Chunk(StatementsPerRequest)
            .Select(chunk => client.ExplainManyAsync(serviceId, chunk, ct)));
        var explained = answers.SelectMany(answer => answer).ToDictionary(query => query.Id);
        return [.. queries.Where(query => explained.ContainsKey(query.Id)).Select(query => new ObservedQuery(
            serviceId, query.Id, explained[query.Id].Sources, explained[query.Id].Sinks, StateOf(query.State)))];
    }

    private static ObservedRunState StateOf(string state) => state switch
    {
        KsqlQueryState.Paused => ObservedRunState.Paused,
        KsqlQueryState.Running => ObservedRunState.Running,
        _ => ObservedRunState.Failed,
    };
}

/// <summary>What was found in ksqlDB.</summary>
public sealed record KsqlState(ImmutableArray<KsqlServiceSpec> Services, ImmutableArray<KsqlStreamSpec> Streams, ImmutableArray<ObservedQuery> Queries);
