using System.Collections.Immutable;
using System.Text.Json;

namespace Pioneer.Domain.Seeding;

/// <summary>
/// What a seed run proves at its end. For each partition, the state below the cut run through the subscription's query, against the delivery topic folded
/// from where the seed began to where it ended. Checksums do not depend on order: the sum, modulo 2^64, of a 64-bit hash of each row.
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

    /// <summary>Counts and checksums are equal, and every record could be read.</summary>
    public bool Holds => Unreadable.IsDefaultOrEmpty && ExpectedRows == DeliveredRows && ExpectedChecksum == DeliveredChecksum;

    /// <summary>The outcome in one sentence.</summary>
    public string Summary => Holds
        ? $"{Plural.Of(DeliveredRows, "row")} delivered, checksum {DeliveredChecksum}, equal to the source's state."
        : !Unreadable.IsDefaultOrEmpty
            ? $"{Plural.Of(Unreadable.Length, "record")} listed cannot be read with the feed's columns, so a query skips them: {Unreadable[0]}. Mend or delete these rows in the "
                + "source, then run the seed job again."
        : $"Expected {Plural.Of(ExpectedRows, "row")} with checksum {ExpectedChecksum}, found {DeliveredRows} with {DeliveredChecksum}: "
            + $"{Missing.Length} missing, {Stale.Length} stale, {Ghost.Length} ghost keys listed. Run the seed job again; if it repeats, report the certificate.";
}

/// <summary>One partition of the delivery topic in a certificate.</summary>
/// <param name="From">First offset that belongs to the seed.</param>
/// <param name="To">The offset of the completion record.</param>
public sealed record SeedPartitionProof(int Partition, long From, long To, long Rows);
