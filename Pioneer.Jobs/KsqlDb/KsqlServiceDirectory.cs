using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>
/// Where each ksqlDB service answers: hosted under one URL, or servers of their own that an operator named in the configuration or on a
/// tenant's page. Threads may share it.
/// </summary>
public sealed class KsqlServiceDirectory(IOptions<KsqlDbOptions> options) : IKsqlHosting
{
    private readonly ConcurrentDictionary<string, string> _named = new(StringComparer.Ordinal);

    /// <summary>Says where a service runs that Pioneer does not host; null or empty forgets it.</summary>
    public void Name(string serviceId, string? url)
    {
        if (string.IsNullOrWhiteSpace(url))
        {
            _named.TryRemove(serviceId, out _);
        }
        else
        {
            _named[serviceId] = url;
        }
    }

    /// <summary>Base URL of a service, with a slash at its end; null when nobody has said where it runs.</summary>
    public Uri? Find(string serviceId) =>
        _named.TryGetValue(serviceId, out var url) ? new Uri(url.TrimEnd('/') + "/") : options.Value.FindService(serviceId);

    public bool HasPlaceFor(string serviceId) => options.Value.HasHost || Find(serviceId) is not null;

    /// <summary>Ids of the services that Pioneer does not host: named one by one, and the shared one where one server is all there is.</summary>
    public IReadOnlyCollection<string> Named()
    {
        var ids = options.Value.Services.Keys.Concat(_named.Keys);
        var hasShared = !options.Value.HasHost && options.Value.FindService(KsqlDbOptions.SharedServiceId) is not null;
        return [.. (hasShared ? ids.Append(KsqlDbOptions.SharedServiceId) : ids).Distinct()];
    }
}
