using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>What a SELECT list may not contain, whatever the types.</summary>
internal sealed class SelectRules(PlanningContext context)
{
    /// <summary>Reports names that are reserved, and table functions where they can't be.</summary>
    public void Check()
    {
        foreach (var item in context.Query.Select.OfType<SelectExpression>().TakeWhile(_ => !context.Diagnostics.IsFull))
        {
            CheckName(item);
            CheckTableFunctions(item.Expression);
        }
    }

    // Without an alias, ROWTIME is the name of what ROWTIME is: fine for whoever looks at rows, not for a stream that is kept.
    private void CheckName(SelectExpression item)
    {
        var name = item.Alias!.Text;
        var reserved = PseudoColumns.Reserved.FirstOrDefault(r => string.Equals(r, name, StringComparison.OrdinalIgnoreCase));
        if (reserved is null)
        {
            return;
        }

        var isItself = item.Expression is ColumnReference { Name.Text: var own }
            && string.Equals(own, name, StringComparison.OrdinalIgnoreCase);
        if (!isItself)
        {
            context.Diagnostics.Error(
                "ReservedColumn", item.Alias.Span, $"`{reserved}` is a reserved column name. You cannot use it as an alias for a column.");
        }
        else if (context.IsPersistent)
        {
            context.Diagnostics.Error(
                "ReservedColumn",
                item.Span,
                $"Reserved column name in select: `{reserved}`. Please remove or alias the column.",
                $"Write {reserved} AS another name.");
        }
    }

    private void CheckTableFunctions(Expression expression)
    {
        foreach (var call in context.Calls(expression, FunctionKind.Table))
        {
            if (call.Arguments.SelectMany(a => context.Calls(a, FunctionKind.Table)).FirstOrDefault() is { } inner)
            {
                context.Diagnostics.Error(
                    "NestedTableFunction", inner.Span, $"Table functions cannot be nested: {call.Name.Text}({inner.Name.Text}())");
                return;
            }

            if (context.IsAggregate)
            {
                context.Diagnostics.Error(
                    "TableFunctionInAggregate",
                    call.Span,
                    "Table functions cannot be used with aggregations.",
                    "Make the rows in one query and group them in the next.");
                return;
            }

            if (SyntaxTree.DescendantsAndSelf(expression).OfType<CaseExpression>().FirstOrDefault(c => IsBelow(call, c)) is { } @case)
            {
                context.Diagnostics.Error(
                    "TableFunctionInCase", call.Span, $"Table functions cannot be used in CASE: {ExpressionText.Of(@case)}");
                return;
            }
        }
    }

    private static bool IsBelow(FunctionCall call, CaseExpression @case) =>
        SyntaxTree.DescendantsAndSelf(@case).Any(n => ReferenceEquals(n, call));
}
