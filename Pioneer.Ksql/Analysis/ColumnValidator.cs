using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Analysis;

/// <summary>Reports columns that no source has, by the clause they stand in.</summary>
/// <param name="sources">The sources of the query.</param>
/// <param name="hasWindowBounds">Whether the query makes windows whose bounds can be named.</param>
/// <param name="mayBeSynthetic">
/// Whether a name that looks like the made-up key of a join is let through: whether there is one shows later.
/// </param>
/// <param name="diagnostics">Where reports go.</param>
internal sealed class ColumnValidator(QuerySources sources, bool hasWindowBounds, bool mayBeSynthetic, DiagnosticBag diagnostics)
{
    private const string SyntheticKey = "ROWKEY";

    /// <summary>Whether every column of an expression is known; reports the others.</summary>
    public bool Check(Expression expression, string clause)
    {
        if (expression is Literal || (expression is ColumnReference only && IsKnown(only)))
        {
            return true;
        }

        var known = true;
        Visit(expression, [], column =>
        {
            if (IsKnown(column))
            {
                return;
            }

            known = false;
            Report(column, clause);
        });
        return known;
    }

    /// <summary>The aliases of the sources whose columns an expression names.</summary>
    public static IReadOnlyCollection<string> SourcesIn(Expression expression)
    {
        HashSet<string> aliases = new(StringComparer.Ordinal);
        Visit(expression, [], column =>
        {
            if (column.Source is { } source)
            {
                aliases.Add(source.Text);
            }
        });
        return aliases;
    }

    /// <summary>Calls back for each column of an expression, in the order of the text; arguments of lambdas are none.</summary>
    public static void Visit(Expression expression, IReadOnlyCollection<string> lambdaNames, Action<ColumnReference> visit)
    {
        switch (expression)
        {
            case ColumnReference { Source: null } column when lambdaNames.Contains(column.Name.Text):
                break;
            case ColumnReference column:
                visit(column);
                break;
            case LambdaExpression lambda:
                Visit(lambda.Body, [.. lambdaNames, .. lambda.Parameters.Select(p => p.Text)], visit);
                break;
            default:
                foreach (var child in SyntaxTree.DirectExpressions(expression))
                {
                    Visit(child, lambdaNames, visit);
                }

                break;
        }
    }

    private bool IsKnown(ColumnReference column)
    {
        var name = column.Name.Text;
        if (column.Name.IsMissing || (column.Source is { } source && sources.Find(source.Text) is null))
        {
            return true; // said already
        }

        if (column.Source is not null)
        {
            return (hasWindowBounds && PseudoColumns.IsWindowBound(name))
                || (sources.Find(column.Source.Text) is { } found && QuerySources.Has(found, name));
        }

        return (PseudoColumns.IsWindowBound(name) && hasWindowBounds) || (mayBeSynthetic && sources.IsJoin && IsSyntheticKey(name));
    }

    /// <summary>Whether a name may be that of a join's made-up key.</summary>
    public static bool IsSyntheticKey(string name) => name == SyntheticKey
        || (name.StartsWith(SyntheticKey + "_", StringComparison.Ordinal)
            && name.AsSpan(SyntheticKey.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);

    private void Report(ColumnReference column, string clause)
    {
        if (diagnostics.IsFull)
        {
            return;
        }

        var name = column.Source is null ? column.Name.Text : $"{column.Source.Text}.{column.Name.Text}";
        var columns = column.Source is { } source && sources.Find(source.Text) is { } one
            ? one.Relation.Schema.Columns.Concat(PseudoColumns.OfSource)
            : sources.Columns;
        var detail = clause == "PARTITION BY"
            ? $" '{name}' must be a column in the source schema since PARTITION BY is applied on the input."
            : null;
        diagnostics.PlacedError(
            "UnknownColumn",
            column.Span,
            $"{clause} column '{name}' cannot be resolved.",
            NameHints.ForColumn(column.Name.Text, columns),
            detail);
    }
}
