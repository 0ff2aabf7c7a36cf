using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Pioneer.Domain.Seeding;

/// <summary>
/// What a seed run proves at its end: the state that the source topic holds below the cut, run through the subscription's query, against the delivery topic
/// folded from where the seed began to where it ended. The source itself is not asked: <see cref="Compared"/> says so. Checksums do not depend on order: the sum, modulo 2^64, of a 64-bit hash of each row.
/// </summary>
/// <param name="SourceKeys">Keys alive in the source topic below the cut.</param>
/// <param name="ExpectedRows">Rows that the query makes of them.</param>
/// <param name="DeliveredRows">Keys found in the delivery topic.</param>
/// <param name="Missing">Keys expected and not delivered; at most <see cref="MaxKeysListed"/>.</param>
/// <param name="Stale">Keys delivered with another value.</param>
/// <param name="Ghost">Keys delivered and not expected.</param>
public sealed record SeedCertificate(
    DateTimeOffset TakenAt,
    long SourceKeys,
    long ExpectedRows,
    long DeliveredRows,
    string ExpectedChecksum,
    string DeliveredChecksum,
    ImmutableArray<SeedPartitionProof> Partitions,
    ImmutableArray<string> Missing,
    ImmutableArray<string> Stale,
    ImmutableArray<string> Ghost)
{
    /// <summary>Keys listed of each kind; the counts tell the rest.</summary>
    public const int MaxKeysListed = 20;

    /// <summary>How the certificate is stored and exported.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// Records that are not JSON of the declared columns, as <c>topic-partition@offset: reason</c>; at most <see cref="MaxKeysListed"/>. A query skips
    /// such a record, so its key was not delivered.
    /// </summary>
    public ImmutableArray<string> Unreadable { get; init; } = [];

    /// <summary>What was compared with the delivery topic; null in certificates of releases that did not say.</summary>
    public SeedComparison? Compared { get; init; }

    /// <summary>Keys with records in more than one partition of the source topic: which of them is the latest cannot be proven.</summary>
    public long DoubledKeys { get; init; }

    /// <summary>Those keys, each with its partitions; at most <see cref="MaxKeysListed"/>.</summary>
    public ImmutableArray<string> Doubled { get; init; } = [];

    /// <summary>How long the delivered rows stand; null in certificates of releases that did not look.</summary>
    public SeedRetention? Retention { get; init; }

    /// <summary>Counts and checksums are equal, every record could be read, each key lives in one partition, and the rows are not about to be deleted.</summary>
    public bool Holds => Unreadable.IsDefaultOrEmpty && DoubledKeys == 0 && !IsExpired && ExpectedRows == DeliveredRows && ExpectedChecksum == DeliveredChecksum;

    /// <summary>The outcome in a sentence or two.</summary>
    public string Summary => this switch
    {
        { Holds: true } => $"{Plural.Of(DeliveredRows, "row")} delivered, checksum {DeliveredChecksum}, equal to what the query makes of "
            + $"{Compared?.ToText(TakenAt) ?? "the topic it reads, as it was at the cut."}{StandingWords}",
        { Unreadable.IsDefaultOrEmpty: false } => $"{Plural.Of(Unreadable.Length, "record")} listed cannot be read with the feed's columns, so a query skips them: "
            + $"{Unreadable[0]}. Mend or delete these rows in the source, then run the seed job again.",
        { DoubledKeys: > 0 } => $"{Plural.Of(DoubledKeys, "key")} of {Compared?.SourceTopic ?? "the topic"} {(DoubledKeys == 1 ? "has" : "have")} records in more than one "
            + $"partition, as happens when a topic gets more of them: {string.Join(", ", Doubled.Take(3))}. Old values stay there for ever and Kafka does not say which is the "
            + "latest; the newest by time was delivered. Rebuild the topic: take the feed from the tenant with its data, grant it again, then run the seed job again.",
        { IsExpired: true } => $"Rows were delivered that {Compared?.DeliveryTopic ?? "the delivery topic"} deletes at its next check: it keeps records for {Retention?.Words} by their "
            + "own time, and they are older. Apply the tenant's plan, which lets the topic count from the writing, then run the seed job again.",
        _ => $"Expected {Plural.Of(ExpectedRows, "row")} with checksum {ExpectedChecksum}, found {DeliveredRows} with {DeliveredChecksum}: "
            + $"{Missing.Length} missing, {Stale.Length} stale, {Ghost.Length} ghost keys listed. Run the seed job again; if it repeats, report the certificate.",
    };

    private bool IsExpired => Retention?.StandsUntil is { } until && until <= TakenAt;

    private string StandingWords => Retention?.StandsUntil is { } until ? string.Create(CultureInfo.InvariantCulture, $" The rows stand until {until:yyyy-MM-dd HH:mm} UTC at least.") : "";
}

/// <summary>One partition of the delivery topic in a certificate.</summary>
/// <param name="From">First offset that belongs to the seed.</param>
/// <param name="To">The offset of the completion record.</param>
public sealed record SeedPartitionProof(int Partition, long From, long To, long Rows);
