using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Embedded.Ksql.Metastore;

/// <summary>Everything that the commands so far have made. Immutable: validating statements one after the other works on copies.</summary>
internal sealed record MetastoreSnapshot(
    ImmutableSortedDictionary<string, DataSource> Sources,
    ImmutableSortedDictionary<string, QueryDefinition> Queries)
{
    /// <summary>Nothing yet.</summary>
    public static MetastoreSnapshot Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, DataSource>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, QueryDefinition>(StringComparer.Ordinal));

    /// <summary>All sources, for the analyzer.</summary>
    public Catalogue Catalogue => new([.. Sources.Values.Select(s => s.Relation)]);

    /// <summary>The source of exactly this name, or null.</summary>
    public DataSource? Find(string name) => Sources.GetValueOrDefault(name);

    /// <summary>Adds or replaces a source.</summary>
    public MetastoreSnapshot With(DataSource source) => this with { Sources = Sources.SetItem(source.Name, source) };

    /// <summary>Adds or replaces a query.</summary>
    public MetastoreSnapshot With(QueryDefinition query) => this with { Queries = Queries.SetItem(query.Id, query) };

    /// <summary>Removes a source.</summary>
    public MetastoreSnapshot WithoutSource(string name) => this with { Sources = Sources.Remove(name) };

    /// <summary>Removes a query.</summary>
    public MetastoreSnapshot WithoutQuery(string id) => this with { Queries = Queries.Remove(id) };

    /// <summary>Queries that read a source.</summary>
    public IEnumerable<QueryDefinition> Readers(string source) => Queries.Values.Where(q => q.Sources.Any(s => s.Name == source));

    /// <summary>Queries that write a source.</summary>
    public IEnumerable<QueryDefinition> Writers(string source) => Queries.Values.Where(q => q.Sink.Name == source);
}
