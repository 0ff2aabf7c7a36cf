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

    /// <summary>The last batch run before the seed run that held the topic's keys against the table's; null where none is known.</summary>
    public TableComparison? LastWithTable { get; init; }

    /// <summary>In words, as they are at the end of 'equal to what the query makes of'.</summary>
    /// <param name="takenAt">When the certificate was taken: ages count to then.</param>
    public string ToText(DateTimeOffset takenAt)
    {
        var newest = NewestRecordAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", newest record of {at:yyyy-MM-dd HH:mm:ss} UTC") : ", which held no record";
        return $"the topic {SourceTopic} (partition {Offsets}{newest}). {TableWords(takenAt)}";
    }

    /// <summary>What is known of the table, in a sentence or two.</summary>
    public string TableWords(DateTimeOffset takenAt)
    {
        var table = SourceTable is null ? "the source's table" : $"the source's table '{SourceTable}'";
        return (SourceTableRead, LastWithTable) switch
        {
            (true, _) => $"So was {table}.",
            (_, { } last) => string.Create(CultureInfo.InvariantCulture,
                $"It was last compared with {table} by the batch run of {last.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, ")
                + $"{Durations.Words(takenAt - last.StartedAt)} before: {last.Outcome} What the table did since is not in it.",
            _ => $"It was not compared with {table}.",
        };
    }
}

/// <summary>A batch run that held a topic's keys against its table's.</summary>
/// <param name="StartedAt">When the run began: the table is read after that, so nothing compared is older.</param>
/// <param name="Outcome">What was found, in a sentence.</param>
public sealed record TableComparison(DateTimeOffset StartedAt, string Outcome);
