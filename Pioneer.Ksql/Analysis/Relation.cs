using System.Collections.Immutable;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>What the records of a topic mean.</summary>
public enum RelationKind
{
    /// <summary>Every record is an event.</summary>
    Stream,

    /// <summary>A record replaces the one of the same key.</summary>
    Table,
}

/// <summary>Who made a relation.</summary>
public enum RelationOrigin
{
    /// <summary>The platform: a feed (T topic).</summary>
    Feed,

    /// <summary>The platform: a pipeline (W topic).</summary>
    Pipeline,

    /// <summary>The tenant: a subscription (D topic).</summary>
    Subscription,
}

/// <summary>A stream or table that statements can name.</summary>
/// <param name="Name">As the author writes it, folded.</param>
/// <param name="Kind">Stream or table.</param>
/// <param name="Topic">The Kafka topic under it.</param>
/// <param name="Schema">Its columns.</param>
/// <param name="Origin">Who made it.</param>
public sealed record Relation(string Name, RelationKind Kind, string Topic, RelationSchema Schema, RelationOrigin Origin)
{
    /// <summary>The topics that it is computed from; empty for what comes from outside.</summary>
    public ImmutableArray<string> Reads { get; init; } = [];

    /// <summary>How keys are serialised.</summary>
    public FormatSpec KeyFormat { get; init; } = FormatSpec.JsonKey;

    /// <summary>How values are serialised.</summary>
    public FormatSpec ValueFormat { get; init; } = FormatSpec.Json;

    /// <summary>The windows that keys carry; null without.</summary>
    public WindowInfo? Window { get; init; }

    /// <summary>The column that gives a record's time, if not the record itself.</summary>
    public TimestampColumn? Timestamp { get; init; }

    /// <summary>Made by CREATE SOURCE: nothing may be written to it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether its topic keeps the latest value of every key, so that there is a state to seed from; null where that is not known.</summary>
    public bool? KeepsState { get; init; }

    /// <summary>The partitions of its topic, where they are known.</summary>
    public int? Partitions { get; init; }
}

/// <summary>A column that holds a record's time: BIGINT or TIMESTAMP, or STRING with a pattern.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Format">The pattern, as Java's DateTimeFormatter has it; null for numbers.</param>
public sealed record TimestampColumn(string Column, string? Format);

/// <summary>Kinds of windows.</summary>
public enum WindowKind
{
    /// <summary>Side by side.</summary>
    Tumbling,

    /// <summary>Overlapping.</summary>
    Hopping,

    /// <summary>As long as rows come close enough after each other.</summary>
    Session,
}

/// <summary>The windows in the key of a relation.</summary>
/// <param name="Kind">Which.</param>
/// <param name="SizeMs">How long; null for sessions, whose keys carry both ends.</param>
public sealed record WindowInfo(WindowKind Kind, long? SizeMs)
{
    /// <summary>As ksqlDB spells the kind.</summary>
    public string Name => Kind.ToString().ToUpperInvariant();
}

/// <summary>Everything that one tenant may name, and nothing else.</summary>
public sealed record Catalogue(ImmutableArray<Relation> Relations)
{
    /// <summary>A catalogue of nothing.</summary>
    public static Catalogue Empty { get; } = new([]);

    /// <summary>The relation of exactly this name, or null.</summary>
    public Relation? Find(string name) => Relations.FirstOrDefault(r => r.Name == name);

    /// <summary>
    /// The relation and all that it is computed from, each once and paired with the one that reads it (null for the relation itself),
    /// nearest first, so going back along the readers gives a shortest way.
    /// </summary>
    public IReadOnlyList<(Relation Relation, Relation? Reader)> Upstream(Relation relation)
    {
        var byTopic = Relations.ToLookup(r => r.Topic);
        var seen = new HashSet<string>(StringComparer.Ordinal) { relation.Name };
        var found = new List<(Relation Relation, Relation? Reader)> { (relation, null) };
        for (var next = 0; next < found.Count; next++)
        {
            var reader = found[next].Relation;
            found.AddRange(reader.Reads
                .SelectMany(topic => byTopic[topic])
                .Where(read => seen.Add(read.Name))
                .Select(read => (read, (Relation?)reader)));
        }

        return found;
    }
}
