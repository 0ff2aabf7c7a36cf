namespace Pioneer.Embedded.Broker.Groups;

/// <summary>A committed position. <paramref name="LogOffset"/>: where the commit lies in the offsets log; later commits win.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata, long CommitTimeMs, long LogOffset);
