namespace Pioneer.Embedded.Broker.Log;

/// <summary>One compaction of a partition: which segments, from which on they are dirty, and what was aborted in the log.</summary>
/// <param name="FirstDirty">Index in <paramref name="Segments"/> of the first that was never compacted.</param>
/// <param name="EndOffset">Offset behind the last of the segments.</param>
internal sealed record CompactionPlan(
    string Directory, IReadOnlyList<LogSegment> Segments, int FirstDirty, long EndOffset, IReadOnlyList<AbortedSpan> Aborted, LogConfig Config,
    long NowMs);
