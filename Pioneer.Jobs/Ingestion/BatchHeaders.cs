using System.Text;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Ingestion;

/// <summary>The header that tells a batch's records from events: its connector marks each row, the batch run marks deletions. Queries hand it on to their results.</summary>
public static class BatchHeaders
{
    /// <summary><see cref="Row"/> or <see cref="Gone"/>, in UTF-8.</summary>
    public const string Name = FeedConnector.BatchHeader;

    /// <summary>A row as it stands in the table, whether it is new or not.</summary>
    public const string Row = FeedConnector.BatchRow;

    /// <summary>The table has no such row of this tenant any more; the record has no value.</summary>
    public const string Gone = "gone";

    internal static Headers Deletion() => new() { { Name, Encoding.UTF8.GetBytes(Gone) } };
}
