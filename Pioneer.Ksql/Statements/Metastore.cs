using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>Everything that statements so far have made. Immutable: a step gives a new one.</summary>
/// <param name="Sources">Streams and tables by name.</param>
/// <param name="Types">Types made by CREATE TYPE, by name.</param>
/// <param name="Queries">Persistent queries by id.</param>
public sealed record Metastore(
    ImmutableSortedDictionary<string, MetastoreSource> Sources,
    ImmutableSortedDictionary<string, SqlType> Types,
    ImmutableSortedDictionary<string, PersistentQuery> Queries)
{
    /// <summary>Nothing yet.</summary>
    public static Metastore Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, MetastoreSource>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, SqlType>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, PersistentQuery>(StringComparer.Ordinal));

    /// <summary>All sources, for analysis.</summary>
    public Catalogue Catalogue => new([.. Sources.Values.Select(s => s.Relation)]);

    /// <summary>The source of exactly this name, or null.</summary>
    public MetastoreSource? Find(string name) => Sources.GetValueOrDefault(name);

    /// <summary>Adds or replaces a source.</summary>
    public Metastore With(MetastoreSource source) => this with { Sources = Sources.SetItem(source.Relation.Name, source) };

    /// <summary>Adds or replaces a query.</summary>
    public Metastore With(PersistentQuery query) => this with { Queries = Queries.SetItem(query.Id, query) };

    /// <summary>Queries that read a source.</summary>
    public IEnumerable<PersistentQuery> Readers(string source) => Queries.Values.Where(q => q.Reads.Contains(source));

    /// <summary>Queries that write a source.</summary>
    public IEnumerable<PersistentQuery> Writers(string source) => Queries.Values.Where(q => q.Sink?.Name == source);
}

/// <summary>A stream or table and where it came from.</summary>
/// <param name="Relation">The stream or table.</param>
/// <param name="Statement">The statement that made it.</param>
/// <param name="CreatedBy">The id of the query of its CREATE AS; null for declared ones.</param>
public sealed record MetastoreSource(Relation Relation, string Statement, string? CreatedBy);

/// <summary>A query that runs for good.</summary>
/// <param name="Id">Its id, such as CSAS_X_3.</param>
/// <param name="Statement">The statement that made it.</param>
/// <param name="Query">What it computes; null for CREATE SOURCE TABLE, which keeps a table's rows as they are.</param>
/// <param name="Reads">The names of its sources.</param>
/// <param name="Sink">What it fills; null for CREATE SOURCE TABLE.</param>
public sealed record PersistentQuery(
    string Id,
    string Statement,
    AnalyzedQuery? Query,
    ImmutableArray<string> Reads,
    Relation? Sink);
