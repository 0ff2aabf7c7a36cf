using System.Collections.Immutable;
using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

public sealed partial class KsqlDbClient
{
    /// <summary>True when Pioneer can make and remove services itself.</summary>
    public bool HasHost => options.Value.HasHost;

    /// <summary>Makes a service or gives it a new sign-in; doing it again changes nothing.</summary>
    public Task PutServiceAsync(string serviceId, KsqlServiceConnection connection, CancellationToken ct) =>
        HostAsync(HttpMethod.Put, $"host/services/{serviceId}", serviceId, new
        {
            bootstrapServers = connection.BootstrapServers,
            securityProtocol = connection.SecurityProtocol,
            saslMechanism = connection.SaslMechanism,
            username = connection.Username,
            password = connection.Password,
            sslCaLocation = connection.SslCaLocation,
        }, ct);

    /// <summary>The services that the host runs; none where there is no host.</summary>
    public async Task<ImmutableArray<KsqlHostedService>> ListServicesAsync(CancellationToken ct)
    {
        if (!HasHost)
        {
            return [];
        }

        var answer = await HostAsync(HttpMethod.Get, "host/services", "host", null, ct);
        var list = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("services", out var wrapped) ? wrapped : answer;
        return list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(ToService).ToImmutableArray()
            : [];

        static KsqlHostedService ToService(JsonElement item) => item.ValueKind == JsonValueKind.String
            ? new KsqlHostedService(item.GetString()!, "", "", null)
            : new KsqlHostedService(
                FirstText(item, "id", "serviceId"), Text(item, "username"), FirstText(item, "state", "status"), Text(item, "error") is { Length: > 0 } error ? error : null);
    }

    /// <summary>Stops a service and forgets it; one that is gone already is no error.</summary>
    public async Task DeleteServiceAsync(string serviceId, CancellationToken ct)
    {
        try
        {
            await HostAsync(HttpMethod.Delete, $"host/services/{serviceId}", serviceId, null, ct);
        }
        catch (KsqlDbRequestException gone) when (gone.Code / 100 == 404)
        {
            return;
        }
        finally
        {
            sequences.Forget(serviceId);
        }
    }

    private async Task<JsonElement> HostAsync(HttpMethod method, string path, string serviceId, object? body, CancellationToken ct)
    {
        if (!HasHost)
        {
            throw new KsqlServiceNotRegisteredException(serviceId);
        }

        using var request = NewRequest(method, new Uri(new Uri(options.Value.HostUrl!.TrimEnd('/') + "/"), path), body);
        return await SendAsync(Questions, serviceId, request, ct);
    }

    private static string FirstText(JsonElement element, string first, string second) =>
        Text(element, first) is { Length: > 0 } value ? value : Text(element, second);
}
