namespace Pioneer.Ksql.Analysis;

/// <summary>Walks bound expressions.</summary>
public static class BoundTree
{
    /// <summary>What stands directly below an expression, in order of evaluation.</summary>
    public static IEnumerable<BoundExpression> Children(BoundExpression expression) => expression switch
    {
        BoundNegation negation => [negation.Operand],
        BoundArithmetic arithmetic => [arithmetic.Left, arithmetic.Right],
        BoundComparison comparison => [comparison.Left, comparison.Right],
        BoundLogical logical => logical.Operands,
        BoundNot not => [not.Operand],
        BoundBetween between => [between.Operand, between.Lower, between.Upper],
        BoundIn membership => [membership.Operand, .. membership.Values],
        BoundLike like => [like.Operand, like.Pattern],
        BoundIsNull isNull => [isNull.Operand],
        BoundSimpleCase @case =>
            [@case.Operand, .. @case.Whens.SelectMany<BoundWhen, BoundExpression>(w => [w.Condition, w.Result]), .. OrNothing(@case.Else)],
        BoundCase @case => [.. @case.Whens.SelectMany<BoundWhen, BoundExpression>(w => [w.Condition, w.Result]), .. OrNothing(@case.Else)],
        BoundCast cast => [cast.Operand],
        BoundArrayElement element => [element.Array, element.Index],
        BoundMapValue value => [value.Map, value.Key],
        BoundStructField field => [field.Struct],
        BoundArray array => array.Elements,
        BoundMap map => map.Entries.SelectMany<BoundMapEntry, BoundExpression>(e => [e.Key, e.Value]),
        BoundStruct @struct => @struct.Fields,
        BoundCall call => call.Arguments,
        BoundAggregateCall call => call.Arguments,
        BoundTableCall call => call.Arguments,
        BoundLambda lambda => [lambda.Body],
        _ => [],
    };

    /// <summary>The expression and everything below it.</summary>
    public static IEnumerable<BoundExpression> DescendantsAndSelf(BoundExpression expression)
    {
        var stack = new Stack<BoundExpression>();
        stack.Push(expression);
        while (stack.TryPop(out var next))
        {
            yield return next;
            foreach (var child in Children(next))
            {
                stack.Push(child);
            }
        }
    }

    private static IEnumerable<BoundExpression> OrNothing(BoundExpression? expression) => expression is null ? [] : [expression];
}
