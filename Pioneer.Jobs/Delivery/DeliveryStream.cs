using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Delivery;

/// <summary>One reader's live stream of a delivery topic. Brokers that go away and come back are waited for; a refused sign-in or read ends it.</summary>
public sealed class DeliveryStream
{
    /// <summary>Events read ahead of a slow reader; beyond it the consumer waits.</summary>
    private const int ReadAhead = 256;

    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    private readonly string _topic;
    private readonly Dictionary<int, long> _places;
    private readonly IReadOnlyDictionary<int, (long Start, long End)> _offsets;
    private readonly KafkaPrincipal _principal;
    private readonly KafkaClients _clients;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal DeliveryStream(string topic, Dictionary<int, long> places, IReadOnlyDictionary<int, (long Start, long End)> offsets,
        KafkaPrincipal principal, KafkaClients clients, TimeProvider time, ILogger logger)
    {
        _topic = topic;
        _places = places;
        _offsets = offsets;
        _principal = principal;
        _clients = clients;
        _time = time;
        _logger = logger;
        Start = new OffsetVector(places.ToImmutableSortedDictionary(pair => pair.Key, pair => Math.Max(pair.Value, offsets[pair.Key].Start)));
    }

    /// <summary>Where the stream begins.</summary>
    public OffsetVector Start { get; }

    /// <summary>
    /// Events until <paramref name="ct"/> is cancelled. Throws <see cref="KafkaSignInRefusedException"/> or <see cref="KafkaReadRefusedException"/> when
    /// the brokers refuse the reader.
    /// </summary>
    public async IAsyncEnumerable<DeliveryEvent> EventsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var channel = Channel.CreateBounded<ConsumeResult<byte[]?, byte[]?>>(new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Factory.StartNew(() => ReadAsync(channel.Writer, ended.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
        try
        {
            var position = Start;
            foreach (var (partition, asked) in _places.Where(place => place.Value < _offsets[place.Key].Start))
            {
                yield return Gap(position, partition, asked);
            }

            while (!ct.IsCancellationRequested)
            {
                if (channel.Reader.TryRead(out var record))
                {
                    position = position.After(record.Partition.Value, record.Offset.Value);
                    yield return ToEvent(record, position);
                }
                else if (!await HasMoreAsync(channel.Reader, ct))
                {
                    yield return new DeliveryEvent(DeliveryEventKind.Heartbeat, position, 0, 0, _time.GetUtcNow(), null, null, null);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False when nothing came within the heartbeat time.</summary>
    private async Task<bool> HasMoreAsync(ChannelReader<ConsumeResult<byte[]?, byte[]?>> reader, CancellationToken ct)
    {
        try
        {
            var more = await reader.WaitToReadAsync(ct).AsTask().WaitAsync(DeliveryReader.Heartbeat, _time, ct);
            if (!more)
            {
                await reader.Completion;
            }

            return more;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task ReadAsync(ChannelWriter<ConsumeResult<byte[]?, byte[]?>> writer, CancellationToken ct)
    {
        Exception? refusal = null;
        try
        {
            using var consumer = _clients.Consumer(_principal, groupId: null, onError: error =>
            {
                if (error.Code is ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed || error.IsFatal)
                {
                    refusal = new KafkaSignInRefusedException(_principal.Username, error.Reason);
                }
            });
            consumer.Assign(Start.Next.Select(place => new TopicPartitionOffset(_topic, place.Key, place.Value)));
            while (!ct.IsCancellationRequested && refusal is null)
            {
                if (Poll(consumer) is { } record)
                {
                    await writer.WriteAsync(record, ct);
                }
            }

            writer.TryComplete(refusal);
        }
        catch (Exception failure)
        {
            writer.TryComplete(ct.IsCancellationRequested ? null : failure);
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(PollTime) is { IsPartitionEOF: false } record ? record : null;
        }
        catch (ConsumeException failure) when (KafkaAdmin.IsTransient(failure.Error.Code) || failure.Error.Code == ErrorCode.UnknownTopicOrPart)
        {
            DeliveryLog.Interrupted(_logger, _topic, failure.Error.Reason);
            return null;
        }
        catch (ConsumeException expired) when (expired.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset)
        {
            // retention overtook a slow reader: go on with the oldest record there is
            consumer.Seek(new TopicPartitionOffset(expired.ConsumerRecord.TopicPartition, Offset.Beginning));
            DeliveryLog.Interrupted(_logger, _topic, expired.Error.Reason);
            return null;
        }
        catch (ConsumeException refused) when (refused.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed)
        {
            throw new KafkaReadRefusedException(_principal.Username, _topic, refused);
        }
    }

    private DeliveryEvent Gap(OffsetVector position, int partition, long asked) => new(
        DeliveryEventKind.Gap, position, partition, asked, _time.GetUtcNow(), null,
        (_offsets[partition].Start - asked).ToString(System.Globalization.CultureInfo.InvariantCulture), null);

    private static DeliveryEvent ToEvent(ConsumeResult<byte[]?, byte[]?> record, OffsetVector position)
    {
        var complete = Header(record, SeedHeaders.Complete);
        var run = Header(record, SeedHeaders.Run);
        var key = Text(record.Message.Key);
        var kind = complete is not null ? DeliveryEventKind.SeedComplete : run is not null ? DeliveryEventKind.Seed : DeliveryEventKind.Record;
        var timestamp = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
        return new DeliveryEvent(kind, position, record.Partition.Value, record.Offset.Value, timestamp, key, Text(record.Message.Value),
            run ?? (complete is { Length: > 0 } ? complete : complete is null ? null : key));
    }

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes ?? []) : null;

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
