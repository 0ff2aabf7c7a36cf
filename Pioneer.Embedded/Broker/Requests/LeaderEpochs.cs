using Pioneer.Embedded.Broker.Log;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Fencing by leader epoch (KIP-320).</summary>
internal static class LeaderEpochs
{
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
