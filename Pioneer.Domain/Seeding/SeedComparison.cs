using System.Collections.Immutable;
using System.Globalization;

namespace Pioneer.Domain.Seeding;

/// <summary>What a certificate compared with the delivery topic, and how old that was.</summary>
/// <param name="SourceTopic">The topic whose state is meant.</param>
/// <param name="SourceOffsets">Index = partition, value = the first offset that was not looked at: the cut.</param>
/// <param name="NewestRecordAt">Timestamp of the newest record below the cut; null where there was none. What the source did later is not in the certificate.</param>
/// <param name="DeliveryTopic">Compared from where the seed began to its end (<see cref="SeedCertificate.Partitions"/>).</param>
/// <param name="SourceTable">The table that fills the topic; null where it is not known.</param>
/// <param name="SourceTableRead">Whether that table was compared too: a row that the topic never got, or whose deletion it never got, shows only there.</param>
public sealed record SeedComparison(
    string SourceTopic, ImmutableArray<long> SourceOffsets, DateTimeOffset? NewestRecordAt, string DeliveryTopic, string? SourceTable, bool SourceTableRead)
{
    /// <summary>The cut in words, such as <c>0 up to 120, 1 up to 98</c>.</summary>
    public string Offsets => string.Join(", ", SourceOffsets.Select((offset, partition) => string.Create(CultureInfo.InvariantCulture, $"{partition} up to {offset}")));

    /// <inheritdoc/>
    public override string ToString()
    {
        var newest = NewestRecordAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", newest record of {at:yyyy-MM-dd HH:mm:ss} UTC") : ", which held no record";
        var table = SourceTable is null ? "the source's table" : $"the source's table '{SourceTable}'";
        return $"the topic {SourceTopic} (partition {Offsets}{newest}). " + (SourceTableRead ? $"So was {table}." : $"It was not compared with {table}.");
    }
}
