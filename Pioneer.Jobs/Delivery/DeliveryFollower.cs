using System.Threading.Channels;
using Confluent.Kafka;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// Reads a delivery topic, for one stream or for all. It looks again and again which log stands behind the name: partitions that were added are read from
/// their start, and a topic that was made anew is begun anew, which a gap tells. So does a log that was cut: whether one was is asked when a partition has a
/// new leader, and before the first record that a later leader wrote is passed on. Brokers that are away are waited for.
/// </summary>
internal sealed class DeliveryFollower(
    string topic, KafkaPrincipal principal, KafkaAdmin kafka, KafkaClients clients, TimeProvider time, ILogger logger) : ITopicFollower
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>How long a refused sign-in may pass: a node that starts again may refuse everybody until it knows its users, while the others go on.</summary>
    public TimeSpan RefusalLasts { get; init; } = TimeSpan.FromSeconds(10);

    private readonly KafkaSignIn _signIn = new(clients, kafka, time);

    /// <inheritdoc/>
    public async Task FollowAsync(DeliveryPlace place, ChannelWriter<DeliveryEvent> writer, CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                foreach (var gap in place.Gaps)
                {
                    await writer.WriteAsync(gap.ToEvent(place.Start, time.GetUtcNow()), ct);
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

    /// <summary>Reads until another log, one that was cut, a longer list of partitions, or no record is found where it stands; returns where it stands.</summary>
    private async Task<OffsetVector> ReadAsync(OffsetVector position, ChannelWriter<DeliveryEvent> writer, CancellationToken ct)
    {
        (Exception Refusal, long Since, bool IsFatal)? refused = null;
        using var consumer = clients.Consumer(principal, groupId: null, onError: error =>
        {
            if ((KafkaAdmin.IsRefusedSignIn(error) && refused is null) || error.IsFatal)
            {
                refused = (new KafkaSignInRefusedException(principal.Username, error.Reason), time.GetTimestamp(), error.IsFatal);
            }
        });
        consumer.Assign(position.Next.Select(place => new TopicPartitionOffset(topic, place.Key, place.Value)));
        var (looked, isMissing) = (time.GetTimestamp(), false);
        Task<Look>? look = null;
        Task<bool>? judged = null;
        while (!ct.IsCancellationRequested)
        {
            if (refused is { } told)
            {
                var isJudged = judged is { IsCompleted: true };
                if (told.IsFatal || (isJudged && await judged!))
                {
                    throw told.Refusal;
                }

                if (isJudged)
                {
                    (refused, judged) = (null, null);
                }
                else if (time.GetElapsedTime(told.Since) >= RefusalLasts)
                {
                    judged ??= _signIn.IsRefusedAsync(principal, topic, ct);
                }
            }

            if (!TryPoll(consumer, out var record))
            {
                await Task.Delay(LookEvery, time, ct);
                return position;
            }

            if (record is not null)
            {
                // once passed, the record's epoch would be the place's, and a cut before it could not be seen any more
                if (IsLater(record.LeaderEpoch, record.Partition.Value, position) && !await IsWholeAsync(position, ct))
                {
                    return position;
                }

                position = position.After(record.Partition.Value, record.Offset.Value, record.LeaderEpoch);
                await writer.WriteAsync(DeliveryRecords.ToEvent(record, position), ct);
            }

            if (look is null && time.GetElapsedTime(looked) > LookEvery)
            {
                look = LookAsync(ct);
            }
            else if (look is { IsCompleted: true })
            {
                var seen = await look;
                if (seen.Topic is { } found)
                {
                    if (IsAnother(found, position))
                    {
                        return position;
                    }

                    if (found.Places.Any(partition => IsLater(partition.LeaderEpoch, partition.Partition, position)))
                    {
                        var place = await PlaceAsync(position, ct);
                        if (!GoesOn(place, position))
                        {
                            return position;
                        }

                        position = place.Start;
                    }
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

    /// <summary>Whether a leader is a later one than that under which the place was reached, as far as both are known.</summary>
    private static bool IsLater(int? leaderEpoch, int partition, OffsetVector position) => position.Epochs.TryGetValue(partition, out var reached) && leaderEpoch > reached;

    private async Task<bool> IsWholeAsync(OffsetVector position, CancellationToken ct) => GoesOn(await PlaceAsync(position, ct), position);

    private static bool GoesOn(DeliveryPlace place, OffsetVector position) => place.Gaps.IsEmpty && place.Start.Next.SequenceEqual(position.Next);

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

    /// <inheritdoc/>
    public async Task<DeliveryPlace> PlaceAsync(OffsetVector position, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return DeliveryStart.At(position).In(await kafka.LogAsync(topic, position.Epochs, ct));
            }
            catch (Exception away) when (away is KafkaUnavailableException or KafkaRequestException { Code: ErrorCode.UnknownTopicOrPart })
            {
                DeliveryLog.Interrupted(logger, topic, away.Message);
                await Task.Delay(LookEvery, time, ct);
            }
        }
    }

    /// <summary>False when there is nothing to be read where the reader stands: retention overtook it, or the log is shorter, cut or another one.</summary>
    private bool TryPoll(IConsumer<byte[]?, byte[]?> consumer, out ConsumeResult<byte[]?, byte[]?>? record)
    {
        record = null;
        try
        {
            record = consumer.Consume(PollTime) is { IsPartitionEOF: false } read ? read : null;
            return true;
        }
        catch (ConsumeException lost) when (lost.Error.Code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset or ErrorCode.Local_LogTruncation)
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

    private DeliveryEvent Missing(OffsetVector position) => new(DeliveryEventKind.Heartbeat, position, 0, 0, time.GetUtcNow(), null, null, null)
    {
        Message = $"The topic '{topic}' was deleted. Reading begins anew once it is made anew: the tenant's plan does that.",
    };

    // Confluent.Kafka has no names for these (KIP-516)
    private const ErrorCode UnknownTopicId = (ErrorCode)100, InconsistentTopicId = (ErrorCode)103;

    /// <param name="Topic">Null when nobody answered, or when there is none.</param>
    private sealed record Look(TopicDescription? Topic, bool IsMissing);
}
