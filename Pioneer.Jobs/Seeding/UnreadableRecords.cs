using System.Collections.Immutable;
using System.Text.Json;
using Confluent.Kafka;
using Pioneer.Domain.Seeding;
using Pioneer.Ksql.Types;

namespace Pioneer.Jobs.Seeding;

/// <summary>Reads records for a certificate and keeps a list of those that cannot be read: one bad record must not hide what became of the others.</summary>
internal sealed class UnreadableRecords
{
    private readonly ImmutableArray<string>.Builder _listed = ImmutableArray.CreateBuilder<string>();

    /// <summary>The first ones, each with its place and the reason.</summary>
    public ImmutableArray<string> Listed => _listed.ToImmutable();

    /// <summary>The cells of a record, or null for one that was added to the list.</summary>
    public object?[]? Read(TopicPartitionOffset at, byte[] key, byte[] value, IReadOnlyList<Column> columns, int cells)
    {
        try
        {
            return TopicJson.ReadRow(key, value, columns, cells);
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException or OverflowException or ArgumentException
            or ArithmeticException)
        {
            if (_listed.Count < SeedCertificate.MaxKeysListed)
            {
                _listed.Add($"{at.Topic}-{at.Partition.Value}@{at.Offset.Value}: {unreadable.Message}");
            }

            return null;
        }
    }
}
