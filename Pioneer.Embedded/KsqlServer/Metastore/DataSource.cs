using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;

namespace Pioneer.Embedded.Ksql.Metastore;

/// <summary>A stream or table that statements can name.</summary>
/// <param name="Name">Exact name.</param>
/// <param name="Kind">Stream or table.</param>
/// <param name="Topic">The topic with its records.</param>
/// <param name="Schema">Columns in the order of the declaration; keys first for query results.</param>
/// <param name="KeyFormat">How keys are serialised.</param>
/// <param name="ValueFormat">How values are serialised.</param>
/// <param name="Timestamp">The column that gives a record's time, if not the record itself.</param>
/// <param name="Statement">The statement that made it.</param>
/// <param name="CreatedBy">The query that fills it since CREATE AS; null for declared ones.</param>
/// <param name="IsReadOnly">CREATE SOURCE STREAM or TABLE.</param>
internal sealed record DataSource(
    string Name,
    RelationKind Kind,
    string Topic,
    RelationSchema Schema,
    FormatSpec KeyFormat,
    FormatSpec ValueFormat,
    TimestampColumn? Timestamp,
    string Statement,
    string? CreatedBy,
    bool IsReadOnly)
{
    /// <summary>The windows that keys carry; null without.</summary>
    public WindowInfo? Window { get; init; }

    /// <summary>STREAM or TABLE.</summary>
    public string TypeName => Kind == RelationKind.Stream ? "STREAM" : "TABLE";

    /// <summary>As the analyzer knows it.</summary>
    public Relation Relation => new(Name, Kind, Topic, Schema, RelationOrigin.Feed)
    {
        KeyFormat = KeyFormat,
        ValueFormat = ValueFormat,
        Timestamp = Timestamp,
        Window = Window,
        IsReadOnly = IsReadOnly,
    };

    /// <summary>Key columns in order.</summary>
    public ImmutableArray<Column> Keys => [.. Schema.Keys];

    /// <summary>Value columns in order.</summary>
    public ImmutableArray<Column> Values => [.. Schema.Values];
}
