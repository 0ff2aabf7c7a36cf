using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Embedded.Ksql.Metastore;

/// <summary>A persistent query as the command log defines it; running it is <see cref="Queries.PersistentQuery"/>'s business.</summary>
/// <param name="Id">Its id, such as CSAS_X_3.</param>
/// <param name="Statement">The statement that made it.</param>
/// <param name="Source">What it reads.</param>
/// <param name="Sink">What it writes.</param>
/// <param name="Plan">Its analysis.</param>
/// <param name="Properties">Property overrides it was made with.</param>
/// <param name="Paused">Held by PAUSE.</param>
internal sealed record QueryDefinition(
    string Id,
    string Statement,
    DataSource Source,
    DataSource Sink,
    AnalyzedQuery Plan,
    ImmutableDictionary<string, string> Properties,
    bool Paused);
