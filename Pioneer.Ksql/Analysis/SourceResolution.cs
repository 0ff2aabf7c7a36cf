using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Analysis;

/// <summary>Finds the sources of a query in a catalogue.</summary>
internal static class SourceResolution
{
    /// <summary>The sources, or null where one is unknown: what would be said about the rest would tell what it is.</summary>
    public static QuerySources? Run(Query query, Catalogue catalogue, DiagnosticBag diagnostics)
    {
        SourceReference[] references = [query.From.Source, .. query.From.Joins.Select(j => j.Source)];
        var sources = ImmutableArray.CreateBuilder<AnalyzedSource>();
        var known = true;
        foreach (var reference in references)
        {
            if (catalogue.Find(reference.Name.Text) is { } relation)
            {
                sources.Add(new AnalyzedSource(relation, reference.Alias?.Text ?? relation.Name));
            }
            else
            {
                known = false;
                if (!reference.Name.IsMissing)
                {
                    UnknownNames.Report(reference.Name, catalogue, diagnostics);
                }
            }
        }

        return known ? new QuerySources(sources.ToImmutable(), query.From.Joins.Count > 0) : null;
    }
}
