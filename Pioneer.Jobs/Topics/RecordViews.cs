using System.Collections.Immutable;

namespace Pioneer.Jobs.Topics;

/// <summary>
/// Which records of a topic are asked for. With an offset or a time reading goes forwards from there; otherwise the newest records come first and
/// <see cref="RecordPage.Next"/> leads to older ones.
/// </summary>
/// <param name="Partition">One partition, or null for all.</param>
/// <param name="Offset">Where to begin in the partition.</param>
/// <param name="From">Where to begin by the records' own time.</param>
/// <param name="Key">Only records with this key, as text or as JSON.</param>
/// <param name="Limit">Records at most; 50 unless said otherwise, 200 at most.</param>
/// <param name="Cursor">Where a page before ended; takes the place of offset and time.</param>
public sealed record RecordRequest(int? Partition = null, long? Offset = null, DateTimeOffset? From = null, string? Key = null, int? Limit = null, string? Cursor = null);

/// <summary>Bytes of a record for people: text where they are UTF-8, else base64.</summary>
public sealed record RecordText(string Text, bool IsBase64);

/// <summary>A header of a record; headers may repeat.</summary>
public sealed record RecordHeader(string Name, RecordText? Value);

/// <summary>A record as it stands in a topic.</summary>
/// <param name="Timestamp">Of its creation or of its writing, as the topic is configured; null where it has none.</param>
/// <param name="Key">Null for none.</param>
/// <param name="Value">Null for a tombstone.</param>
public sealed record TopicRecord(
    int Partition, long Offset, DateTimeOffset? Timestamp, RecordText? Key, RecordText? Value, ImmutableArray<RecordHeader> Headers);

/// <summary>The part of a partition that was looked at: from the first offset up to, and without, the second.</summary>
public sealed record LookedAt(int Partition, long From, long To);

/// <summary>Why a reading ended before everything that was asked for was looked at.</summary>
public enum ReadingEnd
{
    /// <summary>All of it was looked at.</summary>
    Whole,

    /// <summary>As many records as asked for were found.</summary>
    Limit,

    /// <summary>As many records were looked at, or as much time was taken, as one reading may.</summary>
    Budget,

    /// <summary>The records found take as much room as one answer may.</summary>
    Size,

    /// <summary>Whoever asked ended it.</summary>
    Cancelled,
}

/// <summary>Records that were found, and what was looked at to find them.</summary>
/// <param name="IsForwards">Oldest first; otherwise newest first.</param>
/// <param name="Looked">How many records were read.</param>
/// <param name="Next">Cursor of the place where reading goes on; null where there is nothing more.</param>
/// <param name="Notes">In sentences what else should be known, such as partitions that did not answer.</param>
public sealed record RecordPage(
    ImmutableArray<TopicRecord> Records, bool IsForwards, long Looked, ImmutableArray<LookedAt> LookedAt, ReadingEnd End, string? Next, ImmutableArray<string> Notes,
    DateTimeOffset ReadAt);

/// <summary>How far a reading is.</summary>
public sealed record ReadingProgress(long Looked, long Found);
