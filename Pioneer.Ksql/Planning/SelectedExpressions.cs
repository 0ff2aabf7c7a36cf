using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>What a SELECT list contains, as far as the rules for keys are concerned.</summary>
internal sealed class SelectedExpressions
{
    private readonly bool _all;
    private readonly HashSet<string> _allOf;
    private readonly HashSet<Expression> _single;

    public SelectedExpressions(IEnumerable<SelectItem> items)
    {
        SelectItem[] list = [.. items];
        _all = list.Any(i => i is SelectAll { Source: null });
        _allOf = [.. list.OfType<SelectAll>().Where(i => i.Source is not null).Select(i => i.Source!.Text)];
        _single = [.. list.OfType<SelectExpression>().Select(i => i.Expression)];
    }

    /// <summary>Whether an expression is selected: by itself, or a column by a <c>*</c>.</summary>
    public bool Contains(Expression expression) => _all
        || (expression is ColumnReference { Source: { } source } && _allOf.Contains(source.Text))
        || _single.Contains(expression);
}
