using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Leader epochs as clients are told them, and fencing by them (KIP-320).</summary>
internal static class LeaderEpochs
{
    /// <summary>The epoch that clients are told with a partition's leader; 0 while its log is not there yet.</summary>
    public static int Of(TopicService topics, string topic, int partition) => topics.TryGetLog(topic, partition, out var log) ? log.LeaderEpoch : 0;

    /// <summary>What a client that believes in this epoch is told; -1 is no belief.</summary>
    public static ErrorCode Check(int believed, PartitionLog log)
    {
        if (believed < 0 || believed == log.LeaderEpoch)
        {
            return ErrorCode.None;
        }

        return believed < log.LeaderEpoch ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
    }
}
