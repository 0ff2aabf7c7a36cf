using System.Text.Json;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Streams.Rows;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>The topics of a case: how many partitions they have, and what was written to them.</summary>
internal sealed class CaseBroker
{
    private const int DefaultPartitions = 4;
    private readonly Dictionary<string, int> _partitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SourceRecord>> _logs = new(StringComparer.Ordinal);

    /// <summary>The topics that there are before any statement: those listed, those declared, those of records.</summary>
    public CaseBroker(KsqlCase test)
    {
        foreach (var topic in test.Topics)
        {
            _partitions[topic.GetProperty("name").GetString()!] =
                topic.TryGetProperty("partitions", out var count) && count.ValueKind == JsonValueKind.Number ? count.GetInt32() : 1;
        }

        foreach (var statement in test.Statements)
        {
            Declare(statement);
        }

        foreach (var record in test.Inputs.Concat(test.Outputs))
        {
            _partitions.TryAdd(record.Topic, DefaultPartitions);
        }
    }

    /// <summary>All topics.</summary>
    public IEnumerable<string> Topics => _partitions.Keys;

    /// <summary>The formats of topics inside queries.</summary>
    public Dictionary<string, (FormatSpec Key, FormatSpec Value)> InternalFormats { get; } = new(StringComparer.Ordinal);

    /// <summary>The partitions of a topic; null where there is none.</summary>
    public int? Partitions(string topic) => _partitions.TryGetValue(topic, out var count) ? count : null;

    /// <summary>Makes a topic, or makes it anew.</summary>
    public void Create(string topic) => _partitions[topic] = DefaultPartitions;

    /// <summary>Notes that there is a topic.</summary>
    public void Touch(string topic) => _partitions.TryAdd(topic, DefaultPartitions);

    /// <summary>Everything in a topic.</summary>
    public IReadOnlyList<SourceRecord> Log(string topic) => _logs.TryGetValue(topic, out var log) ? log : [];

    /// <summary>Appends a record.</summary>
    public void Append(string topic, SourceRecord record)
    {
        if (!_logs.TryGetValue(topic, out var log))
        {
            _logs[topic] = log = [];
        }

        log.Add(record);
    }

    private void Declare(string text)
    {
        var parsed = KsqlParser.Parse(text);
        foreach (var create in parsed.Statements.OfType<CreateSource>().Where(c => c.Elements.Count > 0 && !parsed.HasErrors))
        {
            var properties = create.Properties.ToLookup(p => p.Name.Text.ToUpperInvariant(), p => p.Value);
            if (properties["KAFKA_TOPIC"].FirstOrDefault() is StringLiteral { Value: var topic })
            {
                _partitions.TryAdd(
                    topic,
                    properties["PARTITIONS"].FirstOrDefault() is IntegerLiteral { Value: var count } ? (int)count : DefaultPartitions);
            }
        }
    }
}
