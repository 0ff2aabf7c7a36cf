namespace Pioneer.Ksql.Syntax;

/// <summary>A node that has a value.</summary>
public abstract record Expression : SyntaxNode
{
    /// <summary>How many nodes deep the longest path below is, this one included; the parser bounds it.</summary>
    internal int Height { get; init; } = 1;

    /// <inheritdoc/>
    public virtual bool Equals(Expression? other) => base.Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => base.GetHashCode();
}

/// <summary>Stands where an expression should be and none could be read.</summary>
public sealed record MissingExpression : Expression;

/// <summary>A column: <c>col</c> or <c>source.col</c>; inside a lambda also one of its arguments.</summary>
public sealed record ColumnReference(Identifier? Source, Identifier Name) : Expression;

/// <summary><c>-x</c> and <c>+x</c>.</summary>
public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand) : Expression;

/// <summary>Arithmetic and <c>||</c>.</summary>
public sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right) : Expression;

/// <summary><c>a = b</c> and its kin, <c>IS [NOT] DISTINCT FROM</c> included.</summary>
public sealed record ComparisonExpression(ComparisonOperator Operator, Expression Left, Expression Right) : Expression;

/// <summary>A chain of two or more operands joined by AND, or by OR.</summary>
public sealed record LogicalExpression(LogicalOperator Operator, SyntaxList<Expression> Operands) : Expression;

/// <summary><c>NOT x</c>.</summary>
public sealed record NotExpression(Expression Operand) : Expression;

/// <summary><c>x [NOT] BETWEEN a AND b</c>.</summary>
public sealed record BetweenExpression(Expression Operand, bool IsNegated, Expression Lower, Expression Upper) : Expression;

/// <summary><c>x [NOT] IN (a, b)</c>.</summary>
public sealed record InExpression(Expression Operand, bool IsNegated, SyntaxList<Expression> Values) : Expression;

/// <summary><c>x [NOT] LIKE p [ESCAPE 'c']</c>.</summary>
public sealed record LikeExpression(Expression Operand, bool IsNegated, Expression Pattern, char? Escape) : Expression;

/// <summary><c>x IS [NOT] NULL</c>.</summary>
public sealed record IsNullExpression(Expression Operand, bool IsNegated) : Expression;

/// <summary><c>CASE [x] WHEN .. THEN .. [ELSE ..] END</c>.</summary>
/// <param name="Operand">What is compared with each WHEN; null when each WHEN is a condition.</param>
/// <param name="Whens">The branches, at least one.</param>
/// <param name="Else">The value when no branch applies; null gives NULL.</param>
public sealed record CaseExpression(Expression? Operand, SyntaxList<WhenClause> Whens, Expression? Else) : Expression;

/// <summary><c>WHEN c THEN x</c>.</summary>
public sealed record WhenClause(Expression Condition, Expression Result) : SyntaxNode;

/// <summary><c>CAST(x AS type)</c>.</summary>
public sealed record CastExpression(Expression Operand, TypeSyntax Type) : Expression;

/// <summary><c>x[i]</c>.</summary>
public sealed record SubscriptExpression(Expression Operand, Expression Index) : Expression;

/// <summary><c>x-&gt;field</c>.</summary>
public sealed record StructFieldExpression(Expression Operand, Identifier Field) : Expression;

/// <summary><c>x AT TIME ZONE 'z'</c>: in the grammar, but ksqlDB runs it nowhere.</summary>
public sealed record AtTimeZoneExpression(Expression Operand, string Zone) : Expression;

/// <summary><c>ARRAY[a, b]</c>.</summary>
public sealed record ArrayExpression(SyntaxList<Expression> Elements) : Expression;

/// <summary><c>MAP(k := v)</c>.</summary>
public sealed record MapExpression(SyntaxList<MapEntry> Entries) : Expression;

/// <summary><c>k := v</c> in a map.</summary>
public sealed record MapEntry(Expression Key, Expression Value) : SyntaxNode;

/// <summary><c>STRUCT(f := v)</c>.</summary>
public sealed record StructExpression(SyntaxList<StructEntry> Fields) : Expression;

/// <summary><c>f := v</c> in a struct.</summary>
public sealed record StructEntry(Identifier Name, Expression Value) : SyntaxNode;

/// <summary><c>F(a, b)</c>; COUNT(*) has <see cref="IsStar"/> and no arguments.</summary>
public sealed record FunctionCall(Identifier Name, SyntaxList<Expression> Arguments, bool IsStar) : Expression;

/// <summary><c>(a, b) =&gt; x</c>, only as the last arguments of a call.</summary>
public sealed record LambdaExpression(SyntaxList<Identifier> Parameters, Expression Body) : Expression;

/// <summary>A unit of time as an argument: <c>DATEADD(DAYS, 1, d)</c>.</summary>
public sealed record IntervalUnitExpression(TimeUnit Unit) : Expression;

/// <summary>A constant.</summary>
public abstract record Literal : Expression;

/// <summary>NULL, which has no type of its own.</summary>
public sealed record NullLiteral : Literal;

/// <summary>TRUE or FALSE.</summary>
public sealed record BooleanLiteral(bool Value) : Literal;

/// <summary>INTEGER where the value fits 32 bits, otherwise BIGINT.</summary>
public sealed record IntegerLiteral(long Value) : Literal;

/// <summary>DECIMAL with precision and scale as spelled; <paramref name="Text"/> keeps the spelling, a leading minus included.</summary>
public sealed record DecimalLiteral(string Text) : Literal;

/// <summary>DOUBLE, spelled with an exponent.</summary>
public sealed record DoubleLiteral(double Value, string Text) : Literal;

/// <summary>Text in single quotes, quotes removed.</summary>
public sealed record StringLiteral(string Value) : Literal;
