using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>What stands behind a topic's name at one time: offsets are places in the log with this id, and in no other of that name.</summary>
internal sealed record SourceLog(string Topic, Guid Id, ImmutableArray<int> Partitions)
{
    /// <summary>The leader epochs of its partitions; -1 where brokers do not tell.</summary>
    public required ImmutableDictionary<TopicPartition, int> Leaders { get; init; }
}

/// <summary>
/// Looks which log stands behind a name, by requests of our own: librdkafka tells ids of topics in an admin request only, which ends the process where
/// a partition has no replica in sync. Safe for concurrent use; callers take turns.
/// </summary>
internal sealed partial class SourceLogs(KafkaConnection connection, TimeProvider time) : IDisposable
{
    /// <summary>Metadata with topic ids (KIP-516).</summary>
    private const short WithTopicIds = 10;

    private readonly ImmutableArray<BrokerEndpoint> _brokers = BrokerEndpoint.ParseAll(connection.BootstrapServers);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private BrokerConnection? _connection;
    private int _nextBroker;

    /// <summary>The log behind the name. What goes wrong is a <see cref="KafkaException"/>, with 'all brokers down' where none answers.</summary>
    public Task<SourceLog> FindAsync(string topic, CancellationToken ct) =>
        InTurnAsync(topic, async turn => Read(topic, await DescribeAsync([topic], turn)), ct);

    public void Dispose()
    {
        _connection?.Dispose();
        foreach (var leader in _leaders.Values)
        {
            leader.Dispose();
        }

        _turn.Dispose();
    }

    private async Task<T> InTurnAsync<T>(string topic, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(KafkaClients.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await _turn.WaitAsync(either.Token);
            try
            {
                return await ask(either.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Unanswered(topic, $"no answer within {KafkaClients.CallTimeout.TotalSeconds:0} s");
        }
    }

    private static KafkaException Unanswered(string topic, string reason) =>
        new(new Error(ErrorCode.Local_AllBrokersDown, $"No broker says what topic '{topic}' is: {reason}"));

    /// <summary>Asks on the connection that is open, and then each broker once.</summary>
    private async Task<MetadataResponse> DescribeAsync(string[] topics, CancellationToken ct)
    {
        var isRefused = true;
        for (var attempt = _connection is null ? 1 : 0; ; attempt++)
        {
            try
            {
                _connection ??= await BrokerConnection.OpenAsync(_brokers[_nextBroker++ % _brokers.Length], connection.Settings, ct);
                return await _connection.SendAsync<MetadataResponse>(
                    new MetadataRequest
                    {
                        Topics = [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })], AllowAutoTopicCreation = false,
                    },
                    WithTopicIds, ct);
            }
            catch (SignInRefusedException refused)
            {
                Drop();
                // a node that starts again may refuse everybody until it knows its users
                if (attempt < _brokers.Length)
                {
                    continue;
                }

                if (!isRefused)
                {
                    throw Unanswered(topics[0], refused.Message);
                }

                throw new KafkaException(new Error(ErrorCode.SaslAuthenticationFailed, $"Kafka refuses the sign-in of this ksql service: {refused.Reason}"), refused);
            }
            catch (UnsupportedRequestException old)
            {
                throw new KafkaException(new Error(ErrorCode.UnsupportedVersion, "The brokers know no topic ids: Apache Kafka 2.8 or later is needed."), old);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or ProtocolException)
            {
                Drop();
                isRefused &= attempt == 0;
                if (attempt >= _brokers.Length)
                {
                    throw Unanswered(topics[0], failure.Message);
                }
            }
            catch (OperationCanceledException)
            {
                // an answer that comes after all would be taken for that to the next request
                Drop();
                throw;
            }
        }
    }

    private static SourceLog Read(string topic, MetadataResponse answer)
    {
        var found = answer.Topics.FirstOrDefault(described => described.Name == topic);
        return (ErrorCode)(found?.ErrorCode ?? (short)ErrorCode.UnknownTopicOrPart) switch
        {
            ErrorCode.NoError when found!.Partitions.Count > 0 => new SourceLog(topic, found.TopicId, [.. found.Partitions.Select(partition => partition.PartitionIndex).Order()])
            {
                Leaders = found.Partitions.ToImmutableDictionary(partition => new TopicPartition(topic, partition.PartitionIndex), partition => partition.LeaderEpoch),
            },
            ErrorCode.NoError or ErrorCode.UnknownTopicOrPart => throw new KafkaException(
                new Error(ErrorCode.UnknownTopicOrPart, $"The source topic '{topic}' does not exist. The query begins once it is there.")),
            var refused => throw new KafkaException(new Error(refused, $"The source topic '{topic}' is not described: {new Error(refused).Reason}")),
        };
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
