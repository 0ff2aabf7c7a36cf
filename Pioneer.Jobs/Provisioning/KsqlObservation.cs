using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>What the ksqlDB services hold: three requests a service, all of one kind of object in one request.</summary>
public sealed class KsqlObservation(KsqlDbClient client, KsqlServiceDirectory directory)
{
    /// <summary>Statements in one request: a server parses them together, so the request must stay of a sane size.</summary>
    private const int StatementsPerRequest = 50;

    private static readonly ImmutableSortedDictionary<string, Error> NoneSilent = ImmutableSortedDictionary.Create<string, Error>(StringComparer.Ordinal);

    /// <summary>Requests that one service gets at once.</summary>
    private const int RequestsAtOnce = 4;

    /// <summary>Services that are asked at once: with one of its own for each tenant there are thousands.</summary>
    private const int Parallelism = 32;

    /// <summary>What the services hold; one that does not answer, or refuses to, is told by its id and keeps nobody from the others.</summary>
    public async Task<KsqlState> ReadAsync(TenantSlug? tenant, CancellationToken ct)
    {
        var services = await ServicesAsync(tenant, ct);
        using var gate = new SemaphoreSlim(Parallelism);
        var states = await Task.WhenAll(services.Select(service => GuardedAsync(service.ServiceId)));
        return new KsqlState(
            services, [.. states.SelectMany(state => state.Streams)], [.. states.SelectMany(state => state.Queries)],
            states.SelectMany(state => state.Silent).ToImmutableSortedDictionary(StringComparer.Ordinal));

        async Task<KsqlState> GuardedAsync(string service)
        {
            await gate.WaitAsync(ct);
            try
            {
                return await ReadServiceAsync(service, tenant, ct);
            }
            catch (Exception failure) when (PlatformErrors.Covers(failure) || IsOdd(failure))
            {
                return new KsqlState([], [], [], NoneSilent.Add(service, PlatformErrors.From(failure)));
            }
            finally
            {
                gate.Release();
            }
        }
    }

    /// <summary>What reading an answer throws that has another shape than ksqlDB's: whatever stands at a tenant's address must not end the look at all others.</summary>
    private static bool IsOdd(Exception failure) => failure is InvalidOperationException or KeyNotFoundException or FormatException;

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
        return new KsqlState([], await streams, await explained, NoneSilent);

        bool IsOurs(string name) => name.StartsWith(prefix, StringComparison.Ordinal);
    }

    private async Task<ImmutableArray<KsqlStreamSpec>> DescribeAsync(string serviceId, List<string> names, CancellationToken ct)
    {
        var found = await AskAsync(
            names, some => client.DescribeManyAsync(serviceId, some, ct), name => client.DescribeAsync(serviceId, name, ct), ct);
        return [.. found.Select(source => new KsqlStreamSpec(serviceId, source.Name, source.Topic,
            [.. source.Fields.Select(field => new KsqlColumnSpec(field.Name, field.Type, field.Role == "KEY"))]))];
    }

    private async Task<ImmutableArray<ObservedQuery>> ExplainAsync(string serviceId, List<KsqlQueryInfo> queries, CancellationToken ct)
    {
        var found = await AskAsync(
            queries.ConvertAll(query => query.Id), some => client.ExplainManyAsync(serviceId, some, ct), id => client.ExplainAsync(serviceId, id, ct), ct);
        var explained = found.DistinctBy(query => query.Id).ToDictionary(query => query.Id);
        return [.. queries.Where(query => explained.ContainsKey(query.Id)).Select(query => new ObservedQuery(
            serviceId, query.Id, explained[query.Id].Sources, explained[query.Id].Sinks, StateOf(query.State)))];
    }

    /// <summary>
    /// Asks about many names, some in each request. A name that was listed and is gone now, or that only its quotes would make one, refuses its whole request:
    /// those names are asked about one by one, and what is not there is left out.
    /// </summary>
    private static async Task<List<T>> AskAsync<T>(
        List<string> names, Func<string[], Task<ImmutableArray<T>>> many, Func<string, Task<T?>> one, CancellationToken ct)
        where T : class
    {
        using var gate = new SemaphoreSlim(RequestsAtOnce);
        var answers = await Task.WhenAll(names.Chunk(StatementsPerRequest).Select(async some =>
        {
            await gate.WaitAsync(ct);
            try
            {
                return await many(some);
            }
            catch (KsqlDbRequestException refused) when (refused.IsAboutStatement)
            {
                var found = ImmutableArray.CreateBuilder<T>();
                foreach (var name in some)
                {
                    if (await one(name) is { } there)
                    {
                        found.Add(there);
                    }
                }

                return found.ToImmutable();
            }
            finally
            {
                gate.Release();
            }
        }));
        return [.. answers.SelectMany(answer => answer)];
    }

    private static ObservedRunState StateOf(string state) => state switch
    {
        KsqlQueryState.Paused => ObservedRunState.Paused,
        KsqlQueryState.Running => ObservedRunState.Running,
        _ => ObservedRunState.Failed,
    };
}

/// <summary>What was found in ksqlDB.</summary>
/// <param name="Silent">Why the services that could not be read could not, by their ids.</param>
public sealed record KsqlState(
    ImmutableArray<KsqlServiceSpec> Services, ImmutableArray<KsqlStreamSpec> Streams, ImmutableArray<ObservedQuery> Queries,
    ImmutableSortedDictionary<string, Error> Silent);
