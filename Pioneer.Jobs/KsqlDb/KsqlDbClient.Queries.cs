using System.Text.Json;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.KsqlDb;

public sealed partial class KsqlDbClient
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Starts a push (or pull) query and reads its header. The caller disposes the query to end it.</summary>
    public async Task<KsqlPushQuery> OpenQueryAsync(string serviceId, string sql, IReadOnlyDictionary<string, string>? properties, CancellationToken ct)
    {
        var address = directory.Find(serviceId) ?? throw new KsqlServiceNotRegisteredException(serviceId);
        using var request = NewRequest(HttpMethod.Post, new Uri(address, "query-stream"), new
        {
            sql,
            properties = properties ?? new Dictionary<string, string>(),
            tellFaults = true,
        });
        request.Headers.Accept.ParseAdd("application/vnd.ksqlapi.delimited.v1");
        HttpResponseMessage? response = null;
        try
        {
            response = await http.CreateClient(Streaming).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
            {
                throw Failure(serviceId, response.StatusCode, await response.Content.ReadAsStringAsync(ct));
            }

            var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
            var line = await reader.ReadLineAsync(ct) ?? throw new IOException("the answer ended before its header");
            var opened = new KsqlPushQuery(serviceId, ParseHeader(line), response, reader, queryId => CloseQueryAsync(serviceId, queryId));
            response = null;
            return opened;
        }
        catch (Exception failure) when (HttpFailures.IsUnreachable(failure, ct))
        {
            throw new KsqlDbUnavailableException(serviceId, failure.Message, failure);
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>Ends a push query; one that has ended already is no error, and a server that does not answer ends it with the connection.</summary>
    public async Task CloseQueryAsync(string serviceId, string queryId)
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            await SendAsync(Commands, serviceId, HttpMethod.Post, "close-query", new { queryId }, limit.Token);
        }
        catch (Exception failure) when (failure is KsqlDbRequestException or KsqlDbUnavailableException or OperationCanceledException)
        {
            return;
        }
    }

    private static KsqlRowHeader ParseHeader(string line)
    {
        using var document = JsonDocument.Parse(line);
        return new KsqlRowHeader(
            Text(document.RootElement, "queryId"), Texts(document.RootElement, "columnNames"), Texts(document.RootElement, "columnTypes"));
    }
}
