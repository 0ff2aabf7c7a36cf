using System.Globalization;
using System.Text;

namespace Pioneer.Ksql.Syntax;

/// <summary>
/// Expressions spelled as ksqlDB spells them in messages: operators in parentheses, NULL and TRUE in small letters, names quoted only
/// where they must be. (<see cref="KsqlPrinter"/> writes what ksqlDB can read.)
/// </summary>
public static class ExpressionText
{
    /// <summary>The text of an expression.</summary>
    public static string Of(Expression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return expression switch
        {
            ColumnReference column => OfColumn(column),
            Literal literal => OfLiteral(literal),
            UnaryExpression { Operator: UnaryOperator.Minus } unary => OfMinus(Of(unary.Operand)),
            UnaryExpression unary => $"+{Of(unary.Operand)}",
            BinaryExpression binary => $"({Of(binary.Left)} {Symbol(binary.Operator)} {Of(binary.Right)})",
            ComparisonExpression comparison =>
                $"({Of(comparison.Left)} {Printer.Symbol(comparison.Operator)} {Of(comparison.Right)})",
            LogicalExpression logical => OfLogical(logical),
            NotExpression not => $"(NOT {Of(not.Operand)})",
            BetweenExpression between => Negated(
                $"({Of(between.Operand)} BETWEEN {Of(between.Lower)} AND {Of(between.Upper)})", between.IsNegated),
            InExpression membership => Negated($"({Of(membership.Operand)} IN ({List(membership.Values)}))", membership.IsNegated),
            LikeExpression like => Negated($"({Of(like.Operand)} LIKE {Of(like.Pattern)}{Escape(like.Escape)})", like.IsNegated),
            IsNullExpression isNull => $"({Of(isNull.Operand)} IS {(isNull.IsNegated ? "NOT " : "")}NULL)",
            CaseExpression @case => OfCase(@case),
            CastExpression cast => $"CAST({Of(cast.Operand)} AS {KsqlPrinter.Print(cast.Type)})",
            SubscriptExpression subscript => $"{Of(subscript.Operand)}[{Of(subscript.Index)}]",
            StructFieldExpression field => $"{Of(field.Operand)}->{Name(field.Field.Text)}",
            _ => OfConstructor(expression),
        };
    }

    /// <summary>A name, in back quotes where it could not be read back without.</summary>
    public static string Name(string name)
    {
        var plain = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_')
            && !Keywords.IsReserved(Keywords.Find(name));
        return plain ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
    }

    private static string OfColumn(ColumnReference column) =>
        column.Source is null ? Name(column.Name.Text) : $"{Name(column.Source.Text)}.{Name(column.Name.Text)}";

    private static string OfLiteral(Literal literal) => literal switch
    {
        NullLiteral => "null",
        BooleanLiteral { Value: var value } => value ? "true" : "false",
        IntegerLiteral { Value: var value } => value.ToString(CultureInfo.InvariantCulture),
        DecimalLiteral { Text: var text } => text,
        DoubleLiteral { Value: var value } => Types.JavaText.Of(value),
        StringLiteral { Value: var value } => KsqlPrinter.PrintString(value),
        _ => "",
    };

    // A minus before what begins with one is set off: two would begin a comment.
    private static string OfMinus(string operand) => operand.StartsWith('-') ? $"- {operand}" : $"-{operand}";

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulus => "%",
        _ => "+",
    };

    private static string OfLogical(LogicalExpression logical)
    {
        var word = logical.Operator == LogicalOperator.And ? "AND" : "OR";
        return logical.Operands.Skip(1).Aggregate(Of(logical.Operands[0]), (left, right) => $"({left} {word} {Of(right)})");
    }

    private static string Negated(string text, bool isNegated) => isNegated ? $"(NOT {text})" : text;

    private static string Escape(char? escape) => escape is { } c ? $" ESCAPE '{c}'" : "";

    private static string OfCase(CaseExpression @case)
    {
        var text = new StringBuilder("(CASE");
        if (@case.Operand is not null)
        {
            text.Append(' ').Append(Of(@case.Operand));
        }

        foreach (var when in @case.Whens)
        {
            text.Append(" WHEN ").Append(Of(when.Condition)).Append(" THEN ").Append(Of(when.Result));
        }

        if (@case.Else is not null)
        {
            text.Append(" ELSE ").Append(Of(@case.Else));
        }

        return text.Append(" END)").ToString();
    }

    private static string OfConstructor(Expression expression) => expression switch
    {
        FunctionCall { IsStar: true } call => $"{Name(call.Name.Text)}(*)",
        FunctionCall call => $"{Name(call.Name.Text)}({List(call.Arguments)})",
        ArrayExpression array => $"ARRAY[{List(array.Elements)}]",
        MapExpression map => $"MAP({string.Join(", ", map.Entries.Select(e => $"{Of(e.Key)}:={Of(e.Value)}"))})",
        StructExpression @struct => $"STRUCT({string.Join(", ", @struct.Fields.Select(f => $"{Name(f.Name.Text)}:={Of(f.Value)}"))})",
        LambdaExpression { Parameters: [var only] } lambda => $"{Name(only.Text)} => {Of(lambda.Body)}",
        LambdaExpression lambda => $"({string.Join(", ", lambda.Parameters.Select(p => Name(p.Text)))}) => {Of(lambda.Body)}",
        IntervalUnitExpression unit => unit.Unit.ToString().ToUpperInvariant(),
        AtTimeZoneExpression zoned => $"({Of(zoned.Operand)} AT TIME ZONE {KsqlPrinter.PrintString(zoned.Zone)})",
        _ => "",
    };

    private static string List(IEnumerable<Expression> expressions) => string.Join(", ", expressions.Select(Of));
}
