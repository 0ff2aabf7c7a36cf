using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Embedded.Ksql.Metastore;

/// <summary>A persistent query as the command log defines it; running it is <see cref="Queries.PersistentQuery"/>'s business.</summary>
/// <param name="Id">Its id, such as CSAS_X_3.</param>
/// <param name="Statement">The statement that made it.</param>
/// <param name="Sources">What it reads, in the order of the text.</param>
/// <param name="Sink">What it writes.</param>
/// <param name="Plan">Its analysis.</param>
/// <param name="Properties">Property overrides it was made with.</param>
/// <param name="Paused">Held by PAUSE.</param>
internal sealed record QueryDefinition(
    string Id,
    string Statement,
    ImmutableArray<DataSource> Sources,
    DataSource Sink,
    AnalyzedQuery Plan,
    ImmutableDictionary<string, string> Properties,
    bool Paused)
{
    /// <summary>The first source.</summary>
    public DataSource Source => Sources[0];

    /// <summary>The topics of its sources.</summary>
    public IEnumerable<string> Topics => Sources.Select(s => s.Topic).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// Whether it is run by tasks with state. A projection or filter of one stream is not: it needs none, and its bad records are found within a life.
    /// </summary>
    public bool NeedsTasks => !Plan.IsStateless || Source is not { Kind: RelationKind.Stream, Window: null };
}
