namespace Pioneer.Ksql.Syntax;

/// <summary>Operators before one operand.</summary>
public enum UnaryOperator
{
    /// <summary><c>-</c>.</summary>
    Minus,

    /// <summary><c>+</c>.</summary>
    Plus,
}

/// <summary>Operators between two values that give a value.</summary>
public enum BinaryOperator
{
    /// <summary><c>+</c>.</summary>
    Add,

    /// <summary><c>-</c>.</summary>
    Subtract,

    /// <summary><c>*</c>.</summary>
    Multiply,

    /// <summary><c>/</c>.</summary>
    Divide,

    /// <summary><c>%</c>.</summary>
    Modulus,

    /// <summary><c>||</c>.</summary>
    Concat,
}

/// <summary>Operators between two values that give a condition.</summary>
public enum ComparisonOperator
{
    /// <summary><c>=</c>.</summary>
    Equal,

    /// <summary><c>&lt;&gt;</c>, <c>!=</c>.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>.</summary>
    LessThan,

    /// <summary><c>&lt;=</c>.</summary>
    LessThanOrEqual,

    /// <summary><c>&gt;</c>.</summary>
    GreaterThan,

    /// <summary><c>&gt;=</c>.</summary>
    GreaterThanOrEqual,

    /// <summary><c>IS DISTINCT FROM</c>.</summary>
    IsDistinctFrom,

    /// <summary><c>IS NOT DISTINCT FROM</c>.</summary>
    IsNotDistinctFrom,
}

/// <summary>Operators between conditions.</summary>
public enum LogicalOperator
{
    /// <summary>Every operand holds.</summary>
    And,

    /// <summary>Some operand holds.</summary>
    Or,
}

/// <summary>Units of durations.</summary>
public enum TimeUnit
{
    /// <summary>1 ms.</summary>
    Milliseconds,

    /// <summary>1,000 ms.</summary>
    Seconds,

    /// <summary>60 s.</summary>
    Minutes,

    /// <summary>60 min.</summary>
    Hours,

    /// <summary>24 h.</summary>
    Days,
}
