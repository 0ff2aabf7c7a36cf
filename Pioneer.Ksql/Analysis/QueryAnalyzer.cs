using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>Resolves the names of a query in a catalogue, checks its types and makes its plan.</summary>
public static class QueryAnalyzer
{
    /// <summary>Analyzes a query that was parsed without errors.</summary>
    /// <param name="query">The query.</param>
    /// <param name="catalogue">What it may name.</param>
    /// <param name="text">The text it was parsed from, for positions.</param>
    /// <param name="use">What becomes of its rows.</param>
    /// <param name="sinkName">The name of the stream it fills, for messages.</param>
    /// <param name="options">What it is analyzed against; null for all of ksqlDB.</param>
    public static AnalysisResult Analyze(
        Query query,
        Catalogue catalogue,
        string text,
        QueryUse use = QueryUse.Transient,
        string? sinkName = null,
        AnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(catalogue);
        var diagnostics = new DiagnosticBag(new LineMap(text));
        var analyzed = new QueryAnalysis(query, catalogue, use, sinkName, options ?? AnalysisOptions.Default, diagnostics).Run();
        return new AnalysisResult(diagnostics.HasErrors ? null : analyzed, diagnostics.ToImmutable()) { First = diagnostics.First };
    }

    /// <summary>
    /// Resolves and checks one expression over the columns of a schema (an empty one for a constant, as in INSERT VALUES).
    /// <see cref="BoundColumn.Index"/> points into the schema's columns.
    /// </summary>
    /// <returns>Null and diagnostics if it is wrong.</returns>
    public static (BoundExpression? Expression, ImmutableArray<Diagnostic> Diagnostics) AnalyzeExpression(
        Expression expression,
        RelationSchema schema,
        string text,
        AnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(schema);
        var diagnostics = new DiagnosticBag(new LineMap(text));
        var bound = new ExpressionBinder(schema.Columns, options ?? AnalysisOptions.Default, diagnostics).Bind(expression, "Expression");
        return (diagnostics.HasErrors ? null : bound, diagnostics.ToImmutable());
    }
}
