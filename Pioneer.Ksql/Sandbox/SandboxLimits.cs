namespace Pioneer.Ksql.Sandbox;

/// <summary>How much a statement may ask for. Every limit is one of design page 03-ksql.</summary>
public sealed record SandboxLimits
{
    /// <summary>The limits of a tenant that has none of its own.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>UTF-16 units of text.</summary>
    public int TextLength { get; init; } = 64 * 1024;

    /// <summary>Levels of expressions in each other; a flat chain of AND or OR is one.</summary>
    public int Nesting { get; init; } = 64;

    /// <summary>Columns of a result.</summary>
    public int Columns { get; init; } = 500;

    /// <summary>Characters of a name.</summary>
    public int NameLength { get; init; } = 64;

    /// <summary>Lambdas in each other.</summary>
    public int LambdaNesting { get; init; } = 3;

    /// <summary>Elements that generated arrays may have, multiplied where they are nested.</summary>
    public int GeneratedElements { get; init; } = 10_000;

    /// <summary>Characters to which LPAD and RPAD may fill.</summary>
    public int PaddedLength { get; init; } = 10_000;

    /// <summary>Characters of a regular expression.</summary>
    public int RegexLength { get; init; } = 256;

    /// <summary>Quantifiers of a regular expression.</summary>
    public int RegexQuantifiers { get; init; } = 16;

    /// <summary>Quantifiers of a regular expression that have no upper bound.</summary>
    public int RegexUnbounded { get; init; } = 8;

    /// <summary>Unbounded quantifiers in a row that can take the same characters: the time grows with the text's length to this power.</summary>
    public int RegexRuns { get; init; } = 3;

    /// <summary>How often a regular expression may say that a part repeats.</summary>
    public int RegexRepeats { get; init; } = 1_000;

    /// <summary>Loops over whole columns in each other: the time grows with the row's size to this power.</summary>
    public int MultipliedLoops { get; init; } = 2;

    /// <summary>Calls in each other that each may make a text longer by a factor, such as REPLACE.</summary>
    public int ExpandingCalls { get; init; } = 4;

    /// <summary>Digits of a DECIMAL.</summary>
    public int DecimalPrecision { get; init; } = 64;

    /// <summary>UTF-16 units of all diagnostics together.</summary>
    public int DiagnosticsLength { get; init; } = 16 * 1024;
}
