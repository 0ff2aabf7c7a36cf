namespace Pioneer.Ksql.Syntax;

/// <summary>Replaces parts of expressions. What is not replaced keeps its place in the text.</summary>
public static class ExpressionRewriter
{
    /// <summary>
    /// Asks for each node, outermost first, what to put in its place: null keeps the node and goes on to its children, anything else
    /// stands as it is.
    /// </summary>
    public static Expression Rewrite(Expression expression, Func<Expression, Expression?> replace)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(replace);
        return expression is Literal or MissingExpression or IntervalUnitExpression
            ? replace(expression) ?? expression
            : replace(expression) ?? WithChildren(expression, e => Rewrite(e, replace));
    }

    private static Expression WithChildren(Expression expression, Func<Expression, Expression> child) => expression switch
    {
        UnaryExpression unary => unary with { Operand = child(unary.Operand) },
        BinaryExpression binary => binary with { Left = child(binary.Left), Right = child(binary.Right) },
        ComparisonExpression comparison => comparison with { Left = child(comparison.Left), Right = child(comparison.Right) },
        LogicalExpression logical => logical with { Operands = All(logical.Operands, child) },
        NotExpression not => not with { Operand = child(not.Operand) },
        BetweenExpression between =>
            between with { Operand = child(between.Operand), Lower = child(between.Lower), Upper = child(between.Upper) },
        InExpression membership => membership with { Operand = child(membership.Operand), Values = All(membership.Values, child) },
        LikeExpression like => like with { Operand = child(like.Operand), Pattern = child(like.Pattern) },
        IsNullExpression isNull => isNull with { Operand = child(isNull.Operand) },
        CaseExpression @case => @case with
        {
            Operand = @case.Operand is null ? null : child(@case.Operand),
            Whens = [.. @case.Whens.Select(w => w with { Condition = child(w.Condition), Result = child(w.Result) })],
            Else = @case.Else is null ? null : child(@case.Else),
        },
        CastExpression cast => cast with { Operand = child(cast.Operand) },
        SubscriptExpression subscript => subscript with { Operand = child(subscript.Operand), Index = child(subscript.Index) },
        StructFieldExpression field => field with { Operand = child(field.Operand) },
        AtTimeZoneExpression zoned => zoned with { Operand = child(zoned.Operand) },
        ArrayExpression array => array with { Elements = All(array.Elements, child) },
        MapExpression map => map with { Entries = [.. map.Entries.Select(e => e with { Key = child(e.Key), Value = child(e.Value) })] },
        StructExpression @struct => @struct with { Fields = [.. @struct.Fields.Select(f => f with { Value = child(f.Value) })] },
        FunctionCall call => call with { Arguments = All(call.Arguments, child) },
        LambdaExpression lambda => lambda with { Body = child(lambda.Body) },
        _ => expression,
    };

    private static SyntaxList<Expression> All(SyntaxList<Expression> expressions, Func<Expression, Expression> child)
    {
        var changed = new Expression[expressions.Count];
        for (var i = 0; i < changed.Length; i++)
        {
            changed[i] = child(expressions[i]);
        }

        return [.. changed];
    }
}
