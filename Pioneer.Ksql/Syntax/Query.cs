namespace Pioneer.Ksql.Syntax;

/// <summary>A SELECT.</summary>
/// <param name="Select">What is selected, at least one item.</param>
/// <param name="From">Where from.</param>
/// <param name="Window">WINDOW.</param>
/// <param name="Where">WHERE.</param>
/// <param name="GroupBy">GROUP BY; empty without one.</param>
/// <param name="PartitionBy">PARTITION BY; empty without one.</param>
/// <param name="Having">HAVING.</param>
/// <param name="Emit">EMIT; <see cref="EmitMode.None"/> where nothing was written.</param>
/// <param name="Limit">LIMIT.</param>
public sealed record Query(
    SyntaxList<SelectItem> Select,
    FromClause From,
    WindowClause? Window,
    Expression? Where,
    SyntaxList<Expression> GroupBy,
    SyntaxList<Expression> PartitionBy,
    Expression? Having,
    EmitMode Emit,
    LimitClause? Limit) : SyntaxNode
{
    /// <summary>Whether PARTITION BY was written with nothing in its parentheses.</summary>
    public bool HasEmptyPartitionBy { get; init; }
}

/// <summary>When a query gives its results.</summary>
public enum EmitMode
{
    /// <summary>Not written: a pull query at the top level, EMIT CHANGES inside CREATE AS and INSERT INTO.</summary>
    None,

    /// <summary>EMIT CHANGES.</summary>
    Changes,

    /// <summary>EMIT FINAL.</summary>
    Final,
}

/// <summary>One item of a SELECT.</summary>
public abstract record SelectItem : SyntaxNode;

/// <summary><c>expr [AS alias]</c>.</summary>
public sealed record SelectExpression(Expression Expression, Identifier? Alias) : SelectItem;

/// <summary><c>*</c>, or <c>source.*</c>.</summary>
public sealed record SelectAll(Identifier? Source) : SelectItem;

/// <summary><c>structExpr-&gt;*</c>.</summary>
public sealed record SelectStructAll(Expression Struct) : SelectItem;

/// <summary>FROM: a source and what is joined to it, left to right.</summary>
public sealed record FromClause(SourceReference Source, SyntaxList<JoinClause> Joins) : SyntaxNode;

/// <summary>A stream or table by name, and what it is called in this query.</summary>
public sealed record SourceReference(Identifier Name, Identifier? Alias) : SyntaxNode;

/// <summary>How a join treats rows without a match.</summary>
public enum JoinKind
{
    /// <summary>Drops them.</summary>
    Inner,

    /// <summary>Keeps those of the left side.</summary>
    Left,

    /// <summary>Keeps those of the right side.</summary>
    Right,

    /// <summary>Keeps those of both.</summary>
    Full,
}

/// <summary><c>.. JOIN s [WITHIN w] ON c</c>.</summary>
public sealed record JoinClause(JoinKind Kind, SourceReference Source, WithinClause? Within, Expression Criteria) : SyntaxNode;

/// <summary>How far apart in time two rows of a stream-stream join may be.</summary>
public sealed record WithinClause(DurationSyntax Before, DurationSyntax After, DurationSyntax? Grace) : SyntaxNode;

/// <summary><c>10 SECONDS</c>.</summary>
public sealed record DurationSyntax(long Amount, TimeUnit Unit) : SyntaxNode;

/// <summary>LIMIT.</summary>
public sealed record LimitClause(long Count) : SyntaxNode;

/// <summary>WINDOW.</summary>
public abstract record WindowClause(DurationSyntax? Retention, DurationSyntax? Grace) : SyntaxNode;

/// <summary><c>TUMBLING (SIZE n UNIT)</c>.</summary>
public sealed record TumblingWindow(DurationSyntax Size, DurationSyntax? Retention, DurationSyntax? Grace) : WindowClause(Retention, Grace);

/// <summary><c>HOPPING (SIZE n UNIT, ADVANCE BY n UNIT)</c>.</summary>
public sealed record HoppingWindow(DurationSyntax Size, DurationSyntax Advance, DurationSyntax? Retention, DurationSyntax? Grace)
    : WindowClause(Retention, Grace);

/// <summary><c>SESSION (n UNIT)</c>.</summary>
public sealed record SessionWindow(DurationSyntax Gap, DurationSyntax? Retention, DurationSyntax? Grace) : WindowClause(Retention, Grace);
