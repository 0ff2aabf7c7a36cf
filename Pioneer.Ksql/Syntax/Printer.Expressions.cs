namespace Pioneer.Ksql.Syntax;

internal sealed partial class Printer
{
    private const int AnyLevel = 0;
    private const int NotLevel = 3;
    private const int PredicateLevel = 4;
    private const int ConcatLevel = 5;
    private const int AdditionLevel = 6;
    private const int MultiplicationLevel = 7;
    private const int UnaryLevel = 8;
    private const int PrimaryLevel = 10;

    private static int LevelOf(Expression expression) => expression switch
    {
        LogicalExpression { Operator: LogicalOperator.Or } => 1,
        LogicalExpression => 2,
        NotExpression => NotLevel,
        ComparisonExpression or BetweenExpression or InExpression or LikeExpression or IsNullExpression => PredicateLevel,
        BinaryExpression binary => LevelOf(binary.Operator),
        UnaryExpression => UnaryLevel,
        LambdaExpression => AnyLevel,
        _ => PrimaryLevel,
    };

    private static int LevelOf(BinaryOperator op) => op switch
    {
        BinaryOperator.Concat => ConcatLevel,
        BinaryOperator.Add or BinaryOperator.Subtract => AdditionLevel,
        _ => MultiplicationLevel,
    };

    private void Expression(Expression expression) => Expression(expression, AnyLevel);

    private void Expression(Expression expression, int least)
    {
        if (LevelOf(expression) >= least)
        {
            BareExpression(expression);
            return;
        }

        Write("(");
        BareExpression(expression);
        Write(")");
    }

    private void BareExpression(Expression expression)
    {
        switch (expression)
        {
            case Literal literal:
                Literal(literal);
                break;
            case ColumnReference { Source: var source, Name: var name }:
                Qualifier(source);
                Name(name);
                break;
            case UnaryExpression unary:
                Unary(unary);
                break;
            case BinaryExpression binary:
                Binary(binary);
                break;
            case LogicalExpression logical:
                Logical(logical);
                break;
            case NotExpression not:
                Write("NOT ");
                Expression(not.Operand, NotLevel);
                break;
            case ComparisonExpression or BetweenExpression or InExpression or LikeExpression or IsNullExpression:
                Predicate(expression);
                break;
            case SubscriptExpression subscript:
                Expression(subscript.Operand, PrimaryLevel);
                Write("[");
                Expression(subscript.Index);
                Write("]");
                break;
            case StructFieldExpression field:
                Expression(field.Operand, PrimaryLevel);
                Write("->");
                Name(field.Field);
                break;
            case AtTimeZoneExpression zoned:
                Expression(zoned.Operand, PrimaryLevel);
                Write(" AT TIME ZONE ");
                String(zoned.Zone);
                break;
            default:
                Constructor(expression);
                break;
        }
    }

    private void Constructor(Expression expression)
    {
        switch (expression)
        {
            case FunctionCall call:
                Call(call);
                break;
            case CaseExpression @case:
                Case(@case);
                break;
            case CastExpression cast:
                Write("CAST(");
                Expression(cast.Operand);
                Write(" AS ");
                Type(cast.Type);
                Write(")");
                break;
            case ArrayExpression array:
                Write("ARRAY[");
                List(array.Elements, Expression);
                Write("]");
                break;
            case MapExpression map:
                Write("MAP(");
                List(map.Entries, entry =>
                {
                    Expression(entry.Key);
                    Write(" := ");
                    Expression(entry.Value);
                });
                Write(")");
                break;
            case StructExpression @struct:
                Write("STRUCT(");
                List(@struct.Fields, field =>
                {
                    Name(field.Name);
                    Write(" := ");
                    Expression(field.Value);
                });
                Write(")");
                break;
            case LambdaExpression lambda:
                Lambda(lambda);
                break;
            case IntervalUnitExpression unit:
                Unit(unit.Unit);
                break;
        }
    }

    private void Qualifier(Identifier? source)
    {
        if (source is not null)
        {
            Name(source);
            Write(".");
        }
    }

    private void Literal(Literal literal)
    {
        switch (literal)
        {
            case NullLiteral:
                Write("NULL");
                break;
            case BooleanLiteral { Value: var value }:
                Write(value ? "TRUE" : "FALSE");
                break;
            case IntegerLiteral { Value: var value }:
                Write(KsqlPrinter.PrintNumber(value));
                break;
            case DecimalLiteral { Text: var text }:
                // Spelled without a point it came from DECIMAL '1'; bare it would be an INTEGER.
                Write(text.Contains('.', StringComparison.Ordinal) ? text : $"DECIMAL '{text}'");
                break;
            case DoubleLiteral { Text: var text }:
                Write(text);
                break;
            case StringLiteral { Value: var value }:
                String(value);
                break;
        }
    }

    // -(1) is not the literal -1, and -- begins a comment: an operand that begins like a number is put in parentheses.
    private void Unary(UnaryExpression unary)
    {
        Write(unary.Operator == UnaryOperator.Minus ? "-" : "+");
        var at = output.Length;
        Expression(unary.Operand, UnaryLevel);
        if (unary.Operator == UnaryOperator.Minus && at < output.Length && (char.IsAsciiDigit(output[at]) || output[at] is '-' or '.'))
        {
            output.Insert(at, '(');
            output.Append(')');
        }
    }

    private void Binary(BinaryExpression binary)
    {
        var level = LevelOf(binary.Operator);
        Expression(binary.Left, level);
        Write(binary.Operator switch
        {
            BinaryOperator.Add => " + ",
            BinaryOperator.Subtract => " - ",
            BinaryOperator.Multiply => " * ",
            BinaryOperator.Divide => " / ",
            BinaryOperator.Modulus => " % ",
            _ => " || ",
        });
        Expression(binary.Right, level + 1);
    }

    private void Logical(LogicalExpression logical)
    {
        var level = LevelOf(logical);
        for (var i = 0; i < logical.Operands.Count; i++)
        {
            if (i > 0)
            {
                Write(logical.Operator == LogicalOperator.And ? " AND " : " OR ");
            }

            Expression(logical.Operands[i], level + 1);
        }
    }

    private void Predicate(Expression predicate)
    {
        switch (predicate)
        {
            case ComparisonExpression comparison:
                Expression(comparison.Left, ConcatLevel);
                Write($" {Symbol(comparison.Operator)} ");
                Expression(comparison.Right, ConcatLevel);
                break;
            case BetweenExpression between:
                Expression(between.Operand, ConcatLevel);
                Write(between.IsNegated ? " NOT BETWEEN " : " BETWEEN ");
                Expression(between.Lower, ConcatLevel);
                Write(" AND ");
                Expression(between.Upper, ConcatLevel);
                break;
            case InExpression membership:
                Expression(membership.Operand, ConcatLevel);
                Write(membership.IsNegated ? " NOT IN (" : " IN (");
                List(membership.Values, Expression);
                Write(")");
                break;
            case LikeExpression like:
                Expression(like.Operand, ConcatLevel);
                Write(like.IsNegated ? " NOT LIKE " : " LIKE ");
                Expression(like.Pattern, ConcatLevel);
                if (like.Escape is { } escape)
                {
                    Write(" ESCAPE ");
                    String(escape.ToString());
                }

                break;
            case IsNullExpression isNull:
                Expression(isNull.Operand, ConcatLevel);
                Write(isNull.IsNegated ? " IS NOT NULL" : " IS NULL");
                break;
        }
    }

    /// <summary>The operator as it is written.</summary>
    internal static string Symbol(ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "<>",
        ComparisonOperator.LessThan => "<",
        ComparisonOperator.LessThanOrEqual => "<=",
        ComparisonOperator.GreaterThan => ">",
        ComparisonOperator.GreaterThanOrEqual => ">=",
        ComparisonOperator.IsDistinctFrom => "IS DISTINCT FROM",
        _ => "IS NOT DISTINCT FROM",
    };

    private void Case(CaseExpression @case)
    {
        Write("CASE");
        if (@case.Operand is not null)
        {
            Write(" ");
            Expression(@case.Operand, ConcatLevel);
        }

        foreach (var when in @case.Whens)
        {
            Write(" WHEN ");
            Expression(when.Condition);
            Write(" THEN ");
            Expression(when.Result);
        }

        if (@case.Else is not null)
        {
            Write(" ELSE ");
            Expression(@case.Else);
        }

        Write(" END");
    }

    private void Call(FunctionCall call)
    {
        // Function names that are keywords of the grammar (such as REPLACE) are quoted like any name: the lookup is by the folded text.
        Name(call.Name);
        Write("(");
        if (call.IsStar)
        {
            Write("*");
        }

        List(call.Arguments, Expression);
        Write(")");
    }

    private void Lambda(LambdaExpression lambda)
    {
        if (lambda.Parameters.Count == 1)
        {
            Name(lambda.Parameters[0]);
        }
        else
        {
            Write("(");
            List(lambda.Parameters, Name);
            Write(")");
        }

        Write(" => ");
        Expression(lambda.Body);
    }

    private void Unit(TimeUnit unit) => Write(unit.ToString().ToUpperInvariant());
}
