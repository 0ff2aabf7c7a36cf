using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Analysis;

// CASE with and without an operand.
internal sealed partial class ExpressionBinder
{
    private BoundExpression? BindCase(CaseExpression @case)
    {
        var operand = @case.Operand is null ? null : Bind(@case.Operand);
        var conditions = @case.Whens.Select(w => @case.Operand is null ? BindCondition(w.Condition) : Bind(w.Condition)).ToImmutableArray();
        var results = @case.Whens.Select(w => Bind(w.Result)).ToImmutableArray();
        var otherwise = @case.Else is null ? null : Bind(@case.Else);
        if (conditions.Contains(null) || results.Contains(null)
            || (operand is null && @case.Operand is not null) || (otherwise is null && @case.Else is not null))
        {
            return null;
        }

        var type = ResultType(@case, results!, otherwise);
        if (type is null)
        {
            return null;
        }

        var last = otherwise is null ? null : CastTo(otherwise, type);
        ImmutableArray<BoundExpression> casts = [.. results.Select(r => CastTo(r!, type))];
        return operand is null
            ? new BoundCase([.. conditions.Zip(casts, (c, r) => new BoundWhen(c!, r))], last, type)
            : BindSimpleCase(@case, operand, conditions!, casts, last, type);
    }

    private BoundExpression? BindSimpleCase(
        CaseExpression @case,
        BoundExpression operand,
        ImmutableArray<BoundExpression> values,
        ImmutableArray<BoundExpression> results,
        BoundExpression? otherwise,
        SqlType type)
    {
        var whens = ImmutableArray.CreateBuilder<BoundWhen>();
        SqlType? common = null;
        for (var i = 0; i < values.Length; i++)
        {
            var syntax = @case.Whens[i].Condition;
            var pair = CommonForComparison(syntax, ComparisonOperator.Equal, (operand, @case.Operand!), (values[i], syntax));
            if (pair is null)
            {
                return null;
            }

            common = common is null ? pair : ComparisonType(common, pair) ?? pair;
        }

        // The operand is written once and must stay so in the tree: repeated for each branch, nested ones would multiply.
        if (!IsLeaf(operand))
        {
            whens.AddRange(values.Zip(results, (v, r) => new BoundWhen(CastTo(v, common!), r)));
            return new BoundSimpleCase(CastTo(operand, common!), whens.ToImmutable(), otherwise, type);
        }

        for (var i = 0; i < values.Length; i++)
        {
            var equal = new BoundComparison(ComparisonOperator.Equal, CastTo(operand, common!), CastTo(values[i], common!))
            {
                Span = values[i].Span,
            };
            whens.Add(new BoundWhen(equal, results[i]));
        }

        return new BoundCase(whens.ToImmutable(), otherwise, type);
    }

    private static bool IsLeaf(BoundExpression expression) => expression switch
    {
        BoundColumn or BoundLiteral or BoundLambdaParameter => true,
        BoundStructField field => IsLeaf(field.Struct),
        _ => false,
    };

    // Branches must agree exactly: ksqlDB widens nothing here.
    private SqlType? ResultType(CaseExpression @case, ImmutableArray<BoundExpression> results, BoundExpression? otherwise)
    {
        SqlType? type = null;
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Type is { } next && type is not null && type != next)
            {
                Error(
                    @case.Whens[i].Result,
                    "MixedBranches",
                    "Invalid Case expression. Type for all 'THEN' clauses should be the same.",
                    $"CAST them to one type: {type} and {next} were found.",
                    $"\nTHEN expression '{WhenText(@case.Whens[i])}' has type: {next}.\nPrevious THEN expression(s) type: {type}.");
                return null;
            }

            type ??= results[i].Type;
        }

        if (type is not null && otherwise?.Type is { } last && last != type)
        {
            Error(
                @case.Else!,
                "MixedBranches",
                "Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.",
                $"CAST them to one type: {type} and {last} were found.",
                $"\nTHEN type: {type}.\nDEFAULT type: {last}.");
            return null;
        }

        type ??= otherwise?.Type;
        if (type is null)
        {
            Error(
                @case,
                "MixedBranches",
                "Invalid Case expression. All case branches have NULL type",
                "CAST one NULL to the wanted type.");
        }

        return type;
    }

    private static string WhenText(WhenClause when) => $"WHEN {Print(when.Condition)} THEN {Print(when.Result)}";
}
