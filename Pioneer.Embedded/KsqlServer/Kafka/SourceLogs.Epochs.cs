using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>How far a log goes in a leader epoch.</summary>
/// <param name="End">Where records of the epoch and of older ones end in the log that there is now; -1 where its leader does not know the epoch.</param>
/// <param name="Leader">The epoch of the leader that was asked; -1 where it is not told.</param>
internal readonly record struct EpochEnd(long End, int Leader);

// Where leader epochs end: each leader is asked about its own partitions.
internal sealed partial class SourceLogs
{
    /// <summary>The first version of brokers that tell ends of epochs to whoever may describe the topic (KIP-320).</summary>
    private const short EpochEnds = 2;

    /// <summary>Leaders that move do so within a moment.</summary>
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LeaderRetry = TimeSpan.FromMilliseconds(250);
    private readonly Dictionary<BrokerEndpoint, BrokerConnection> _leaders = [];

    /// <summary>
    /// For places that were reached in a known leader epoch: where the log that there is now ends this epoch (KIP-320). A log that was cut
    /// ends it before the place, however far it was filled again. Has none of those whose leader does not answer soon.
    /// </summary>
    /// <exception cref="KafkaException">As of <see cref="FindAsync"/>.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, EpochEnd>> EpochEndsAsync(
        IReadOnlyCollection<TopicPartitionOffset> places, CancellationToken ct)
    {
        var ends = new Dictionary<TopicPartition, EpochEnd>();
        var open = places.Where(place => place.LeaderEpoch >= 0).ToArray();
        for (var began = time.GetTimestamp(); open.Length > 0; await Task.Delay(LeaderRetry, time, ct))
        {
            foreach (var (partition, end) in await InTurnAsync(open[0].Topic, turn => AskLeadersAsync(open, turn), ct))
            {
                ends[partition] = end;
            }

            open = [.. open.Where(place => !ends.ContainsKey(place.TopicPartition))];
            if (open.Length == 0 || time.GetElapsedTime(began) > LeaderPatience)
            {
                break;
            }
        }

        return ends;
    }

    private async Task<List<(TopicPartition Partition, EpochEnd End)>> AskLeadersAsync(TopicPartitionOffset[] places, CancellationToken ct)
    {
        var described = await DescribeAsync([.. places.Select(place => place.Topic).Distinct(StringComparer.Ordinal)], ct);
        var brokers = described.Brokers.ToDictionary(broker => broker.NodeId, broker => new BrokerEndpoint(broker.Host, broker.Port));
        var leaders = (from topic in described.Topics
                       from partition in topic.Partitions
                       where brokers.ContainsKey(partition.LeaderId)
                       select (At: new TopicPartition(topic.Name, partition.PartitionIndex), Leader: brokers[partition.LeaderId], Epoch: partition.LeaderEpoch))
            .ToDictionary(known => known.At);
        var answers = new List<(TopicPartition, EpochEnd)>();
        var led = places.Where(place => leaders.ContainsKey(place.TopicPartition)).GroupBy(place => leaders[place.TopicPartition].Leader);
        foreach (var mine in led)
        {
            var told = await AskLeaderAsync(mine.Key, mine, ct);
            answers.AddRange(told.Select(answer => (answer.At, new EpochEnd(answer.End, leaders[answer.At].Epoch))));
        }

        return answers;
    }

    /// <summary>
    /// The answers of one leader; none where it does not answer, and -1 from one that does not know the epoch or tells no ends at all.
    /// </summary>
    private async Task<IEnumerable<(TopicPartition At, long End)>> AskLeaderAsync(
        BrokerEndpoint leader, IEnumerable<TopicPartitionOffset> places, CancellationToken ct)
    {
        var answered = false;
        try
        {
            if (!_leaders.TryGetValue(leader, out var open))
            {
                _leaders[leader] = open = await BrokerConnection.OpenAsync(leader, connection.Settings, ct);
            }

            var answer = await open.SendAsync<OffsetForLeaderEpochResponse>(RequestOf(places), EpochEnds, ct);
            answered = true;
            return answer.Topics.SelectMany(topic => topic.Partitions.Where(partition => partition.ErrorCode == (short)ErrorCode.NoError)
                .Select(partition => (new TopicPartition(topic.Topic, partition.Partition), partition.EndOffset)));
        }
        catch (UnsupportedRequestException)
        {
            answered = true;
            return places.Select(place => (place.TopicPartition, -1L));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ProtocolException or SignInRefusedException)
        {
            return [];
        }
        finally
        {
            // an answer that comes after all would be taken for that to the next request
            if (!answered && _leaders.Remove(leader, out var broken))
            {
                broken.Dispose();
            }
        }
    }

    private static OffsetForLeaderEpochRequest RequestOf(IEnumerable<TopicPartitionOffset> places) => new()
    {
        ReplicaId = -1,
        Topics =
        [
            .. from place in places
               group place by place.Topic into topic
               select new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
               {
                   Topic = topic.Key,
                   Partitions =
                   [
                       .. topic.Select(place => new OffsetForLeaderEpochRequest.OffsetForLeaderPartition
                       {
                           Partition = place.Partition.Value, LeaderEpoch = place.LeaderEpoch!.Value,
                       }),
                   ],
               },
        ],
    };
}
