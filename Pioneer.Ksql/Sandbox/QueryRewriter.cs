using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

// Writes a checked query for ksqlDB: objects under their internal names, * spelled out, every column under the name the author saw.
internal static class QueryRewriter
{
    public static Query Rewrite(AnalyzedQuery query, string sourceObject)
    {
        // Under the author's name for the source, all references to it stay as they are.
        var source = new SourceReference(new Identifier(sourceObject), new Identifier(query.SourceAlias));
        return query.Syntax with
        {
            Select = [.. query.Projection.Select(Item)],
            From = new FromClause(source, []),
        };
    }

    private static SelectItem Item(ProjectedColumn column) => new SelectExpression(
        column.Syntax,
        column.Syntax is ColumnReference reference && reference.Name.Text == column.Column.Name ? null : new Identifier(column.Column.Name));
}
