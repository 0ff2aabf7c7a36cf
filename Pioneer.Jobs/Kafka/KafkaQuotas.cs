using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka.Wire;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Client quotas, which Confluent.Kafka does not have: our own requests on a connection of our own. Any broker takes both requests and passes
/// changes on to the controller. Safe to share between threads; they take turns. Failures are those of <see cref="KafkaAdmin"/>; a cluster without these requests is a <see cref="KafkaRequestException"/> with 'unsupported version'.
/// </summary>
public sealed class KafkaQuotas(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaQuotas> logger) : IDisposable
{
    /// <summary>Principals in one request, well under Kafka's 10,000 records for one administrative operation at four limits each.</summary>
    private const int AlterChunk = 1000;

    private readonly WireClient _brokers = WireClient.OfCluster(options.Value, time, logger);

    /// <summary>The user that quotas are read and set as.</summary>
    public string Principal => options.Value.UsesSasl ? options.Value.Username ?? "" : "ANONYMOUS";

    /// <summary>Every quota on the cluster.</summary>
    public async Task<ImmutableArray<KafkaQuota>> DescribeAsync(CancellationToken ct)
    {
        const string action = "describe client quotas";
        return await _brokers.CallAsync(action, async (connection, token) =>
        {
            var answer = await SendAsync(connection, action, WireApi.DescribeClientQuotas, QuotaMessages.WriteDescribeAll, token);
            var (error, message, quotas) = QuotaMessages.ReadDescribed(answer);
            ThrowIfFailed(action, error, message);
            return quotas;
        }, ct);
    }

    /// <summary>
    /// Sets and removes limits of users; what the broker refuses comes back by user. With <paramref name="validateOnly"/> it only says whether it
    /// would, and nothing changes.
    /// </summary>
    public async Task<IReadOnlyList<KafkaItemError>> AlterAsync(
        IReadOnlyCollection<KafkaQuotaAlteration> alterations, bool validateOnly, CancellationToken ct)
    {
        var action = $"set the quotas of {(alterations.Count == 1 ? $"'{alterations.First().User}'" : $"{alterations.Count} users")}";
        var refused = new List<KafkaItemError>();
        foreach (var chunk in alterations.Chunk(AlterChunk))
        {
            refused.AddRange(await _brokers.CallAsync(action, async (connection, token) =>
            {
                var answer = await SendAsync(
                    connection, action, WireApi.AlterClientQuotas, writer => QuotaMessages.WriteAlter(writer, chunk, validateOnly), token);
                var items = QuotaMessages.ReadAltered(answer).Where(item => item.Code != ErrorCode.NoError).ToList();
                return items.Find(item => item.IsTransient) is { } passing ? throw new IOException(passing.Reason) : items;
            }, ct));
        }

        return refused;
    }

    public void Dispose() => _brokers.Dispose();

    private static Task<WireReader> SendAsync(WireConnection connection, string action, WireApi api, Action<WireWriter> body, CancellationToken ct) =>
        connection.VersionOf(api, QuotaMessages.HighestVersion) is { } version
            ? connection.SendAsync(api, version, version >= QuotaMessages.FirstFlexibleVersion, body, ct)
            : throw new KafkaRequestException(action, ErrorCode.UnsupportedVersion, "the brokers do not know the request");

    private static void ThrowIfFailed(string action, ErrorCode error, string? message)
    {
        if (error != ErrorCode.NoError)
        {
            throw KafkaAdmin.IsTransient(error)
                ? new IOException(message ?? error.ToString())
                : new KafkaRequestException(action, error, message ?? error.ToString());
        }
    }
}
