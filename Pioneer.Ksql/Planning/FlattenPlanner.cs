using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Planning;

/// <summary>Takes table functions out of the SELECT list: each call becomes a column of the rows it makes.</summary>
internal sealed class FlattenPlanner(PlanningContext context)
{
    private const string Prefix = "KSQL_SYNTH_";
    private readonly Dictionary<Expression, ColumnReference> _columns = [];

    /// <summary>The step that makes the rows, the input itself where no table function is selected, or null after an error.</summary>
    public PlanNode? Run(PlanNode input)
    {
        FunctionCall[] calls =
        [
            .. context.Query.Select.OfType<SelectExpression>()
                .SelectMany(i => context.Calls(i.Expression, FunctionKind.Table))
                .Select(c => (FunctionCall)context.Sources.Internal(c)),
        ];
        if (calls.Length == 0 || context.IsAggregate)
        {
            return input;
        }

        if (input.Kind == RelationKind.Table)
        {
            return context.Fail("TableFunctionOverTable", calls[0].Span, "Table source is not supported with table functions");
        }

        var bound = ImmutableArray.CreateBuilder<TableCall>();
        var columns = input.Schema.Columns.ToBuilder();
        foreach (var call in calls)
        {
            if (context.Binder(input.Schema.Columns, CallsAllowed.TableFunctions).Bind(call, "SELECT") is not BoundTableCall made)
            {
                return null;
            }

            var name = $"{Prefix}{bound.Count}";
            _columns[call] = new ColumnReference(null, new Identifier(name)) { Span = call.Span };
            columns.Add(new Column(name, made.Function.ReturnType, ColumnRole.Value));
            bound.Add(new TableCall(made.Function, made.Arguments));
        }

        return new FlattenNode("FlatMap", input, bound.ToImmutable(), input.Schema with { Columns = columns.ToImmutable() });
    }

    /// <summary>An expression with its table functions replaced by the columns of their values.</summary>
    public Expression Rewrite(Expression expression) => _columns.Count == 0
        ? expression
        : ExpressionRewriter.Rewrite(expression, e => e is FunctionCall ? _columns.GetValueOrDefault(e) : null);
}
