using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Analysis;

/// <summary>
/// First pass over a query: every column is qualified with its source, every selected expression gets the name of its column. Columns
/// that no source has stay as they are, to be reported with their clause.
/// </summary>
internal sealed class QuerySanitizer(QuerySources sources, DiagnosticBag diagnostics)
{
    private readonly Stack<SyntaxList<Identifier>> _lambdas = new();
    private readonly ColumnNaming _naming = new(sources.All.SelectMany(s => s.Relation.Schema.Columns));

    /// <summary>The query with names resolved; what is wrong with them has been reported.</summary>
    public Query Run(Query query)
    {
        diagnostics.Stage = DiagnosticStage.Building;
        CheckQualifiers(query);
        diagnostics.Stage = DiagnosticStage.Preparing;
        var select = query.Select.Select(Resolve).ToArray();
        return query with
        {
            Select = [.. select],
            From = query.From with { Joins = [.. query.From.Joins.Select(j => j with { Criteria = Resolve(j.Criteria) })] },
            Where = query.Where is null ? null : Resolve(query.Where),
            GroupBy = [.. query.GroupBy.Select(Resolve)],
            PartitionBy = [.. query.PartitionBy.Select(Resolve)],
            Having = query.Having is null ? null : Resolve(query.Having),
        };
    }

    private void CheckQualifiers(Query query)
    {
        foreach (var node in SyntaxTree.DescendantsAndSelf(query))
        {
            if (node is not (ColumnReference { Source: not null } or SelectAll { Source: not null }))
            {
                continue;
            }

            var qualifier = node switch
            {
                ColumnReference { Source: { } source } => source,
                SelectAll { Source: { } source } => source,
                _ => null,
            };
            if (qualifier is not null && sources.Find(qualifier.Text) is null && !diagnostics.IsFull)
            {
                var span = node is ColumnReference ? node.Span : qualifier.Span;
                diagnostics.Error(
                    "UnknownSource",
                    span,
                    $"'{qualifier.Text}' is not a valid stream/table name or alias.",
                    NameHints.ForQualifier(node, qualifier, sources));
            }
        }
    }

    private SelectItem Resolve(SelectItem item) => item switch
    {
        SelectExpression single => Resolve(single),
        SelectStructAll all => all with { Struct = Resolve(all.Struct) },
        _ => item,
    };

    private SelectExpression Resolve(SelectExpression item)
    {
        var expression = Resolve(item.Expression);
        return item with { Expression = expression, Alias = item.Alias ?? new Identifier(NameFor(expression)) { Span = item.Span } };
    }

    private string NameFor(Expression expression) => expression is ColumnReference { Source: { } source, Name.Text: var name }
        && sources.IsJoin && sources.IsClashing(name)
            ? QuerySources.JoinedName(source.Text, name)
            : _naming.NameFor(expression);

    private Expression Resolve(Expression expression) => expression is Literal
        ? expression
        : ExpressionRewriter.Rewrite(expression, e => e switch
    {
        ColumnReference { Source: null } column => Qualified(column),
        LambdaExpression lambda => Resolve(lambda),
        _ => null,
    });

    private ColumnReference Qualified(ColumnReference column)
    {
        var name = column.Name.Text;
        if (_lambdas.Any(l => l.Any(p => p.Text == name)))
        {
            return column;
        }

        string[] found = [.. sources.With(name).Select(s => s.Alias)];
        if (found.Length > 1 && !diagnostics.IsFull)
        {
            var choices = string.Join(" or ", found.Select(f => $"{ExpressionText.Name(f)}.{ExpressionText.Name(name)}"));
            diagnostics.PlacedError(
                "AmbiguousColumn", column.Span, $"Column '{name}' is ambiguous. Could be {choices}.", "Write the source in front of it.");
        }

        return found.Length == 0 ? column : column with { Source = new Identifier(found[0]) { Span = new TextSpan(column.Span.Start, 0) } };
    }

    private LambdaExpression Resolve(LambdaExpression lambda)
    {
        _lambdas.Push(lambda.Parameters);
        var resolved = lambda with { Body = Resolve(lambda.Body) };
        _lambdas.Pop();
        return resolved;
    }
}
