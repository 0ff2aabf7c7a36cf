using System.Globalization;
using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>Something that went wrong with one record.</summary>
/// <param name="Place">Which record it was, for people.</param>
/// <param name="Reason">Why, with the column or expression.</param>
internal sealed record RecordFault(string Place, string Reason)
{
    /// <summary>The reason where no memory is left for a record's values.</summary>
    public const string TooLarge = "A value of the result is too large for the memory of the ksql server.";

    /// <summary>Values stand in reasons; the end of a long one helps nobody.</summary>
    private const int MaxReason = 300;

    /// <summary>A fault of the record that was read.</summary>
    public static RecordFault Of(ConsumeResult<byte[]?, byte[]?> record, string reason) => Of(record.TopicPartitionOffset, reason);

    /// <summary>A fault of the record at a place.</summary>
    public static RecordFault Of(TopicPartitionOffset at, string reason) =>
        new(PlaceOf(at), reason.Length > MaxReason ? $"{reason.AsSpan(0, MaxReason)}…" : reason);

    /// <summary>A record's topic, partition and offset in words.</summary>
    public static string PlaceOf(TopicPartitionOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.Topic}, partition {at.Partition.Value}, offset {at.Offset.Value}");

    /// <summary>Whether a failure says something of the record in hand, and the next record may well pass.</summary>
    public static bool Covers(Exception failure) => failure is not (OutOfMemoryException or KafkaException or OperationCanceledException);
}

/// <summary>How many there were, with the last of them.</summary>
internal sealed record FaultCount(long Count, DateTimeOffset? LastAt, RecordFault? Last)
{
    public static readonly FaultCount None = new(0, null, null);

    /// <summary>With more of them, in the order they were met.</summary>
    public FaultCount With(IReadOnlyList<RecordFault> more, DateTimeOffset now) => more.Count == 0 ? this : new FaultCount(Count + more.Count, now, more[^1]);

    /// <summary>As the REST API shows it; what is not there yet is left out.</summary>
    public JsonObject ToJson(DateTimeOffset since)
    {
        var json = new JsonObject { ["since"] = since.ToUnixTimeMilliseconds(), ["count"] = Count };
        if (Last is { } last)
        {
            json["lastAt"] = LastAt?.ToUnixTimeMilliseconds();
            json["lastPlace"] = last.Place;
            json["lastReason"] = last.Reason;
        }

        return json;
    }
}

/// <summary>
/// What a query could not do as it should since it was begun in this process: records that it left out, and values that it could not compute, which are
/// NULL in its results. Those of a persistent query count once the positions behind them are committed: before that they are read again. Its lives write
/// it, anybody reads it.
/// </summary>
internal sealed class QueryFaults(DateTimeOffset since)
{
    private readonly Lock _lock = new();
    private volatile FaultCount _skipped = FaultCount.None;
    private volatile FaultCount _failedValues = FaultCount.None;
    private string? _tooLargeAt;

    /// <summary>Since when is counted.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>Records that were left out.</summary>
    public FaultCount Skipped => _skipped;

    /// <summary>Values that are NULL in results because their expression failed.</summary>
    public FaultCount FailedValues => _failedValues;

    /// <summary>Both as the REST API shows them.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> ToJson() =>
        [KeyValuePair.Create("skipped", (JsonNode?)_skipped.ToJson(Since)), KeyValuePair.Create("failedValues", (JsonNode?)_failedValues.ToJson(Since))];

    /// <summary>More of them.</summary>
    public void Add(IReadOnlyList<RecordFault> skipped, IReadOnlyList<RecordFault> failedValues, DateTimeOffset now)
    {
        lock (_lock)
        {
            _skipped = _skipped.With(skipped, now);
            _failedValues = _failedValues.With(failedValues, now);
        }
    }

    /// <summary>
    /// True the second time in a row that memory ran out at this record. The first time others may have taken it, and the next life tries again; then
    /// it is the record that asks for too much.
    /// </summary>
    public bool IsTooLargeAgain(string place)
    {
        lock (_lock)
        {
            var again = _tooLargeAt == place;
            _tooLargeAt = place;
            return again;
        }
    }
}

/// <summary>Faults of the open transaction, of one life of a query. One thread.</summary>
internal sealed class OpenFaults(string queryId, ILogger logger)
{
    /// <summary>Bad rows are told at first and only traced after that: a bad feed must not fill the log.</summary>
    private const int MaxFailuresAsWarnings = 10;

    private readonly List<RecordFault> _skipped = [];
    private readonly List<RecordFault> _failedValues = [];
    private long _told;

    /// <summary>A record is left out, and with it what failed in it.</summary>
    public void Skip(RecordFault fault) => _skipped.Add(fault);

    /// <summary>Values of a record that was written.</summary>
    public void FailedValues(IEnumerable<RecordFault> faults) => _failedValues.AddRange(faults);

    /// <summary>The transaction is no more; its records are read again.</summary>
    public void Forget()
    {
        _skipped.Clear();
        _failedValues.Clear();
    }

    /// <summary>The transaction is committed: what went wrong in it counts now, and is logged.</summary>
    public void CommitTo(QueryFaults faults, DateTimeOffset now)
    {
        if (_skipped.Count == 0 && _failedValues.Count == 0)
        {
            return;
        }

        faults.Add(_skipped, _failedValues, now);
        KsqlMetrics.Skipped.Add(_skipped.Count);
        KsqlMetrics.FailedValues.Add(_failedValues.Count);
        foreach (var fault in _skipped.Concat(_failedValues))
        {
            KsqlServerLog.RecordFault(logger, _told++ < MaxFailuresAsWarnings ? LogLevel.Warning : LogLevel.Debug, queryId, fault.Place, fault.Reason);
        }

        Forget();
    }
}
