using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;
using Pioneer.Jobs.Ingestion;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// Reads a delivery topic for one stream. It looks again and again which log stands behind the name: partitions that were added are read from their
/// start, and a topic that was made anew is begun anew, which a gap tells. Brokers that are away are waited for.
/// </summary>
internal sealed class DeliveryFollower(
    string topic, KafkaPrincipal principal, KafkaAdmin kafka, KafkaClients clients, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>Writes what happens until <paramref name="ct"/> is cancelled; a failure that waiting cannot mend completes the channel.</summary>
    public async Task FollowAsync(DeliveryPlace place, ChannelWriter<DeliveryEvent> writer, CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                foreach (var gap in place.Gaps)
                {
                    await writer.WriteAsync(ToEvent(gap, place.Start), ct);
                }

                place = await PlaceAsync(await ReadAsync(place.Start, writer, ct), ct);
            }

            writer.TryComplete();
        }
        catch (Exception failure)
        {
            writer.TryComplete(ct.IsCancellationRequested ? null : failure);
        }
    }

    /// <summary>Reads until another log, or a longer list of partitions, or no record is found where it stands; returns where it stands.</summary>
    private async Task<OffsetVector> ReadAsync(OffsetVector position, ChannelWriter<DeliveryEvent> writer, CancellationToken ct)
    {
        Exception? refusal = null;
        using var consumer = clients.Consumer(principal, groupId: null, onError: error =>
        {
            if (error.Code is ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed || error.IsFatal)
            {
                refusal = new KafkaSignInRefusedException(principal.Username, error.Reason);
            }
        });
        consumer.Assign(position.Next.Select(place => new TopicPartitionOffset(topic, place.Key, place.Value)));
        var (looked, isMissing) = (time.GetTimestamp(), false);
        Task<Look>? look = null;
        while (!ct.IsCancellationRequested)
        {
            if (refusal is not null)
            {
                throw refusal;
            }

            if (!TryPoll(consumer, out var record))
            {
                await Task.Delay(LookEvery, time, ct);
                return position;
            }

            if (record is not null)
            {
                position = position.After(record.Partition.Value, record.Offset.Value);
                await writer.WriteAsync(ToEvent(record, position), ct);
            }

            if (look is null && time.GetElapsedTime(looked) > LookEvery)
            {
                look = LookAsync(ct);
            }
            else if (look is { IsCompleted: true })
            {
                var seen = await look;
                if (seen.Topic is { } found && IsAnother(found, position))
                {
                    return position;
                }

                if (seen.IsMissing && !isMissing)
                {
                    await writer.WriteAsync(Missing(position), ct);
                }

                (look, looked, isMissing) = (null, time.GetTimestamp(), seen.IsMissing);
            }
        }

        return position;
    }

    private static bool IsAnother(TopicDescription found, OffsetVector position) =>
        !position.IsOf(found.TopicId) || found.Partitions.Any(partition => !position.Next.ContainsKey(partition));

    private async Task<Look> LookAsync(CancellationToken ct)
    {
        try
        {
            var found = await kafka.IdentifyAsync(topic, ct);
            return new Look(found, IsMissing: found is null);
        }
        catch (Exception away) when (PlatformErrors.Covers(away))
        {
            // a look that fails says nothing about the topic
            DeliveryLog.Interrupted(logger, topic, away.Message);
            return new Look(null, IsMissing: false);
        }
    }

    /// <summary>The place in the log as it is now, once there is one that answers.</summary>
    private async Task<DeliveryPlace> PlaceAsync(OffsetVector position, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return DeliveryStart.At(position).In(await kafka.LogAsync(topic, ct));
            }
            catch (Exception away) when (away is KafkaUnavailableException or KafkaRequestException { Code: ErrorCode.UnknownTopicOrPart })
            {
                DeliveryLog.Interrupted(logger, topic, away.Message);
                await Task.Delay(LookEvery, time, ct);
            }
        }
    }

    /// <summary>False when there is nothing to be read where the reader stands: retention overtook it, or the log is shorter or another one.</summary>
    private bool TryPoll(IConsumer<byte[]?, byte[]?> consumer, out ConsumeResult<byte[]?, byte[]?>? record)
    {
        record = null;
        try
        {
            record = consumer.Consume(PollTime) is { IsPartitionEOF: false } read ? read : null;
            return true;
        }
        catch (ConsumeException lost) when (lost.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset)
        {
            DeliveryLog.Interrupted(logger, topic, lost.Error.Reason);
            return false;
        }
        catch (ConsumeException refused) when (refused.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed)
        {
            throw new KafkaReadRefusedException(principal.Username, topic, refused);
        }
        catch (KafkaException failure) when (KafkaAdmin.IsTransient(failure.Error.Code) || IsAboutMetadata(failure.Error.Code))
        {
            DeliveryLog.Interrupted(logger, topic, failure.Error.Reason);
            return true;
        }
        catch (KafkaException failure)
        {
            throw new KafkaRequestException($"read topic '{topic}'", failure.Error.Code, failure.Error.Reason, failure);
        }
    }

    /// <summary>A topic that is gone, or that this client does not know yet: the next look says which.</summary>
    private static bool IsAboutMetadata(ErrorCode code) =>
        code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or UnknownTopicId or InconsistentTopicId;

    private DeliveryEvent ToEvent(DeliveryGap gap, OffsetVector position) => new(
        DeliveryEventKind.Gap, position, gap.Partition, gap.Offset, time.GetUtcNow(), null, gap.Missing?.ToString(CultureInfo.InvariantCulture), null)
    {
        Gap = gap,
        Message = gap.Message,
    };

    private DeliveryEvent Missing(OffsetVector position) => new(DeliveryEventKind.Heartbeat, position, 0, 0, time.GetUtcNow(), null, null, null)
    {
        Message = $"The topic '{topic}' was deleted. Reading begins anew once it is made anew: the tenant's plan does that.",
    };

    private static DeliveryEvent ToEvent(ConsumeResult<byte[]?, byte[]?> record, OffsetVector position)
    {
        var complete = Header(record, SeedHeaders.Complete);
        var run = Header(record, SeedHeaders.Run);
        var key = Text(record.Message.Key);
        var kind = complete is not null ? DeliveryEventKind.SeedComplete : run is not null ? DeliveryEventKind.Seed : DeliveryEventKind.Record;
        var timestamp = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
        return new DeliveryEvent(kind, position, record.Partition.Value, record.Offset.Value, timestamp, key, Text(record.Message.Value),
            run ?? (complete is { Length: > 0 } ? complete : complete is null ? null : key))
        {
            Batch = Header(record, BatchHeaders.Name),
        };
    }

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes ?? []) : null;

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    // Confluent.Kafka has no names for these (KIP-516)
    private const ErrorCode UnknownTopicId = (ErrorCode)100, InconsistentTopicId = (ErrorCode)103;

    /// <param name="Topic">Null when nobody answered, or when there is none.</param>
    private sealed record Look(TopicDescription? Topic, bool IsMissing);
}
