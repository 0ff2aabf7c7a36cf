using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Client quotas, which Confluent.Kafka does not have (KIP-546): our own requests on a connection of our own. Any broker takes both requests and passes
/// changes on to the controller. Safe to share between threads; they take turns. Failures are those of <see cref="KafkaAdmin"/>; a cluster without
/// these requests is a <see cref="KafkaRequestException"/> with 'unsupported version'.
/// </summary>
public sealed class KafkaQuotas(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaQuotas> logger) : IDisposable
{
    /// <summary>Principals in one request, well under Kafka's 10,000 records for one administrative operation at four limits each.</summary>
    private const int AlterChunk = 1000;

    private const string User = "user", ClientId = "client-id", Ip = "ip";

    private readonly BrokerClient _brokers = BrokerClient.OfCluster(options.Value, time, logger);

    /// <summary>The user that quotas are read and set as.</summary>
    public string Principal => options.Value.UsesSasl ? options.Value.Username ?? "" : "ANONYMOUS";

    /// <summary>Every quota on the cluster.</summary>
    public async Task<ImmutableArray<KafkaQuota>> DescribeAsync(CancellationToken ct)
    {
        const string action = "describe client quotas";
        return await _brokers.CallAsync(action, async (connection, token) =>
        {
            var answer = await connection.SendAsync<DescribeClientQuotasResponse>(new DescribeClientQuotasRequest(), 0, token);
            KafkaAdmin.ThrowIfFailed(action, (ErrorCode)answer.ErrorCode, answer.ErrorMessage);
            return (answer.Entries ?? []).Select(Read).ToImmutableArray();
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
            var request = new AlterClientQuotasRequest { Entries = [.. chunk.Select(Write)], ValidateOnly = validateOnly };
            refused.AddRange(await _brokers.CallAsync(action, async (connection, token) =>
            {
                var answer = await connection.SendAsync<AlterClientQuotasResponse>(request, 0, token);
                var items = answer.Entries.Select(Error).Where(item => item.Code != ErrorCode.NoError).ToList();
                return items.Find(item => item.IsTransient) is { } passing ? throw new IOException(passing.Reason) : items;
            }, ct));
        }

        return refused;
    }

    public void Dispose() => _brokers.Dispose();

    // on the wire the default of a kind has no name
    private static KafkaQuota Read(DescribeClientQuotasResponse.EntryData entry)
    {
        var entity = entry.Entity.ToLookup(part => part.EntityType, part => part.EntityName ?? "");
        return new KafkaQuota(
            entity[User].FirstOrDefault(), entity[ClientId].FirstOrDefault(), entity[Ip].FirstOrDefault(),
            entry.Values.DistinctBy(limit => limit.Key).ToDictionary(limit => limit.Key, limit => limit.Value));
    }

    private static AlterClientQuotasRequest.EntryData Write(KafkaQuotaAlteration alteration) => new()
    {
        Entity = [new AlterClientQuotasRequest.EntityData { EntityType = User, EntityName = alteration.User }],
        Ops =
        [
            .. alteration.Limits.Select(limit => new AlterClientQuotasRequest.OpData
            {
                Key = limit.Key, Value = limit.Value ?? 0, Remove = limit.Value is null,
            }),
        ],
    };

    private static KafkaItemError Error(AlterClientQuotasResponse.EntryData entry)
    {
        var error = (ErrorCode)entry.ErrorCode;
        return new KafkaItemError(
            entry.Entity.FirstOrDefault(part => part.EntityType == User)?.EntityName ?? "", error, entry.ErrorMessage ?? error.ToString());
    }
}
