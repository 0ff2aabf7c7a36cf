using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

/// <summary>
/// The sources of one query and the names of their columns. Inside a join every column is called by its source and its name
/// (<c>P_AMOUNT</c>); over one source by its name alone.
/// </summary>
internal sealed class QuerySources
{
    private readonly HashSet<string> _clashing = [];

    public QuerySources(ImmutableArray<AnalyzedSource> sources, bool isJoin)
    {
        All = sources;
        IsJoin = isJoin;
        HashSet<string> seen = [];
        foreach (var source in sources)
        {
            string[] names = [.. source.Relation.Schema.Columns.Select(c => c.Name).Distinct()];
            _clashing.UnionWith(names.Where(seen.Contains));
            seen.UnionWith(names);
        }
    }

    /// <summary>In the order of the text.</summary>
    public ImmutableArray<AnalyzedSource> All { get; }

    /// <summary>Whether a JOIN was written.</summary>
    public bool IsJoin { get; }

    /// <summary>The source called so, or null.</summary>
    public AnalyzedSource? Find(string alias) => All.FirstOrDefault(s => s.Alias == alias);

    /// <summary>Whether more than one source has a column of the name (every source has the pseudo columns).</summary>
    public bool IsClashing(string name) => PseudoColumns.IsPseudo(name) || _clashing.Contains(name);

    /// <summary>The sources that have a column of the name.</summary>
    public IEnumerable<AnalyzedSource> With(string name) => All.Where(s => Has(s, name));

    /// <summary>Whether a source has a column of the name, pseudo columns included.</summary>
    public static bool Has(AnalyzedSource source, string name) => PseudoColumns.IsPseudo(name)
        || (source.Relation.Window is not null && PseudoColumns.IsWindowBound(name))
        || source.Relation.Schema.Find(name) is not null;

    /// <summary>What a column of a source is called in the rows of the query.</summary>
    public string InternalName(string alias, string name) => IsJoin ? JoinedName(alias, name) : name;

    /// <summary>The expression with columns called as in the rows of the query.</summary>
    public Expression Internal(Expression expression) => ExpressionRewriter.Rewrite(
        expression,
        e => e is ColumnReference { Source: { } source } column
            ? column with { Source = null, Name = column.Name with { Text = InternalName(source.Text, column.Name.Text) } }
            : null);

    /// <summary>What a column of a source is called after a join.</summary>
    public static string JoinedName(string alias, string name) => $"{alias}_{name}";

    /// <summary>All columns that can be named, for suggestions.</summary>
    public IEnumerable<Column> Columns => All.SelectMany(s => s.Relation.Schema.Columns).Concat(PseudoColumns.OfSource);
}
