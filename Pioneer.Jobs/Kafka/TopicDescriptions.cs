using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka.Wire;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Ids and partitions of topics, by our own requests: Confluent.Kafka's admin client cannot read of a partition without replicas in sync, which a cluster
/// has that comes back from a crash. It then frees its queue and after that itself, and whoever asks it for anything in between ends the whole process
/// (AdminClient.DisposeResources; rd_kafka_admin_request_op_new: Assertion `rkq'). Safe to share between threads. Failures are those of
/// <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class TopicDescriptions(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly WireClient _anyBroker = WireClient.OfCluster(options, time, logger);

    /// <summary>The named topics that there are and that may be seen.</summary>
    public async Task<ImmutableArray<TopicDescription>> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        const string action = "describe topics";
        var answer = await _anyBroker.CallAsync(action, async (connection, token) => TopicMessages.Read(await connection.SendAsync(
            action, WireApi.Metadata, TopicMessages.Version, writer => TopicMessages.Write(writer, topics), token)), ct);
        return [.. answer.Where(topic => topic.Error == ErrorCode.NoError)];
    }

    public void Dispose() => _anyBroker.Dispose();
}
