using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>
/// Looks through the clauses of a query that groups: which aggregates it takes, which columns of the source it needs beside them, and
/// whether everything else is part of the groups' key.
/// </summary>
internal sealed class GroupingRules
{
    private const string Remedy = "Either add the column(s) to the GROUP BY or remove them from the SELECT.";
    private readonly PlanningContext _context;
    private readonly bool _isWindowed;
    private readonly HashSet<Expression> _groupBy;
    private readonly List<Expression> _selects = [];
    private readonly List<Expression> _havings = [];
    private bool _failed;

    public GroupingRules(PlanningContext context, IEnumerable<Expression> groupBy)
    {
        _context = context;
        _isWindowed = context.Query.Window is not null;
        _groupBy = [.. groupBy];
        if (_isWindowed)
        {
            _groupBy.UnionWith(PseudoColumns.OfWindow.Select(c => new ColumnReference(null, new Identifier(c.Name))));
        }
    }

    /// <summary>The calls of aggregates, each once, in order of appearance; COUNT() counts ROWTIME.</summary>
    public List<FunctionCall> Calls { get; } = [];

    /// <summary>Columns of the source that are named outside of aggregates, or inside of them, or in GROUP BY.</summary>
    public List<ColumnReference> Required { get; } = [];

    /// <summary>
    /// A call with the argument that is meant where none is written: the ROWTIME of the first source, which every row has.
    /// </summary>
    public FunctionCall WithArgument(FunctionCall call)
    {
        if (call.Arguments.Count > 0)
        {
            return call;
        }

        var name = _context.Sources.InternalName(_context.Sources.All[0].Alias, PseudoColumns.RowTime);
        return call with { Arguments = [new ColumnReference(null, new Identifier(name)) { Span = call.Span }], IsStar = false };
    }

    /// <summary>Checks the clauses; columns are called as in the rows of the query. Reports the first rule that is broken.</summary>
    public bool Check(IReadOnlyList<SelectedColumn> selected, Expression? where, IReadOnlyList<Expression> groupBy, Expression? having)
    {
        foreach (var item in selected)
        {
            Select(item.Expression);
        }

        if (where is not null)
        {
            new Visitor(this, (_, column) => RejectWindowBound(column)).Visit(where);
        }

        foreach (var expression in groupBy)
        {
            new Visitor(this, (aggregate, column) => Group(aggregate, column)).Visit(expression);
        }

        if (having is not null)
        {
            new Visitor(this, (aggregate, column) => Having(aggregate, column)).Visit(having);
        }

        return !_failed && Enforce(selected);
    }

    private void Select(Expression expression)
    {
        List<Expression> outside = [];
        var visitor = new Visitor(this, (aggregate, column) =>
        {
            if (aggregate is not null)
            {
                RejectWindowBound(column);
            }
            else if (!_groupBy.Contains(column) && !outside.Contains(column))
            {
                outside.Add(column);
            }
        });
        visitor.Visit(expression);
        if (!_groupBy.Contains(expression) && outside.Count > 0)
        {
            _selects.Add(expression);
        }
    }

    private void Group(FunctionCall? aggregate, ColumnReference column)
    {
        if (aggregate is not null)
        {
            Fail(
                "AggregateInGroupBy",
                aggregate.Span,
                $"GROUP BY does not support aggregate functions: {aggregate.Name.Text} is an aggregate function.");
            return;
        }

        RejectWindowBound(column);
    }

    private void Having(FunctionCall? aggregate, ColumnReference column)
    {
        RejectWindowBound(column);
        if (aggregate is null && !_groupBy.Contains(column))
        {
            _havings.Add(column);
        }
    }

    private void RejectWindowBound(ColumnReference column)
    {
        if (!_isWindowed || !PseudoColumns.IsWindowBound(column.Name.Text))
        {
            return;
        }

        var message = $"Window bounds column {column.Name.Text} can only be used in the SELECT clause of windowed aggregations "
            + "and can not be passed to aggregate functions.";
        Fail("WindowBoundMisplaced", column.Span, message, null, $"{message}\nSee https://github.com/confluentinc/ksql/issues/4397");
    }

    private bool Enforce(IReadOnlyList<SelectedColumn> selected)
    {
        if (Calls.Count == 0)
        {
            return Fail(
                "AggregateMissing",
                _context.SelectSpan,
                "GROUP BY requires aggregate functions in either the SELECT or HAVING clause.",
                "Add COUNT(*), for example.");
        }

        if (_selects.Count > 0)
        {
            var span = selected.First(s => s.Expression == _selects[0]).Span;
            return NotGrouped("Non-aggregate SELECT expression(s) not part of GROUP BY", _selects, span, Remedy);
        }

        return _havings.Count == 0
            || NotGrouped(
                "Non-aggregate HAVING expression not part of GROUP BY",
                _havings,
                _havings[0].Span,
                "Consider switching the HAVING clause to a WHERE clause before the GROUP BY.");
    }

    private bool NotGrouped(string what, List<Expression> expressions, TextSpan span, string remedy)
    {
        var message = $"{what}: {string.Join(", ", expressions.Select(ExpressionText.Of))}";
        return Fail("NotGrouped", span, message, remedy, $"{message}\n{remedy}");
    }

    private bool Fail(string code, TextSpan span, string message, string? hint = null, string? fullText = null)
    {
        if (!_failed)
        {
            _context.Diagnostics.Error(code, span, message, hint, fullText);
        }

        _failed = true;
        return false;
    }

    // Calls back for the columns of an expression that are not inside an expression of GROUP BY, with the aggregate they are in.
    private sealed class Visitor(GroupingRules rules, Action<FunctionCall?, ColumnReference> onColumn)
    {
        private FunctionCall? _aggregate;
        private bool _hasAggregate;
        private bool _isGrouped;

        public void Visit(Expression expression)
        {
            var entersGroup = !_isGrouped && rules._groupBy.Contains(expression);
            _isGrouped |= entersGroup;
            switch (expression)
            {
                case FunctionCall call when rules._context.Options.Functions.Find(call.Name.Text)?.Kind == FunctionKind.Aggregate:
                    VisitAggregate(rules.WithArgument(call));
                    break;
                case ColumnReference column:
                    VisitColumn(column);
                    break;
                case LambdaExpression lambda:
                    ColumnValidator.Visit(lambda, [], VisitColumn);
                    break;
                default:
                    VisitChildren(expression);
                    break;
            }

            _isGrouped &= !entersGroup;
        }

        private void VisitChildren(Expression expression)
        {
            foreach (var child in SyntaxTree.DirectExpressions(expression))
            {
                Visit(child);
            }
        }

        private void VisitAggregate(FunctionCall call)
        {
            if (_aggregate is not null)
            {
                rules.Fail(
                    "NestedAggregate",
                    call.Span,
                    $"Aggregate functions can not be nested: {_aggregate.Name.Text}({call.Name.Text}())",
                    "Aggregate in one query, and its result in the next.");
            }

            (_hasAggregate, _aggregate) = (true, call);
            if (!rules.Calls.Contains(call))
            {
                rules.Calls.Add(call);
            }

            VisitChildren(call);
            _aggregate = null;
        }

        private void VisitColumn(ColumnReference column)
        {
            var isBound = PseudoColumns.IsWindowBound(column.Name.Text);
            if (!_isGrouped || _hasAggregate || isBound)
            {
                onColumn(_aggregate, column);
            }

            if (!isBound && !rules.Required.Contains(column))
            {
                rules.Required.Add(column);
            }
        }
    }
}
