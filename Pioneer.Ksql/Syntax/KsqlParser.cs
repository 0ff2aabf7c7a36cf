namespace Pioneer.Ksql.Syntax;

/// <summary>Reads ksql. Never throws, whatever the text; bounded in depth, linear in the length.</summary>
public static class KsqlParser
{
    /// <summary>How many expressions, types or statements may be nested in each other.</summary>
    public const int MaxNesting = 250;

    /// <summary>How many nodes deep a tree may be: bounds chains such as <c>a + b + c ..</c> too. (AND and OR chains are flat.)</summary>
    public const int MaxHeight = 1_000;

    /// <summary>Reads a text of any number of statements. The last <c>;</c> may be missing.</summary>
    public static ParseResult Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Parser(text).ParseAll();
    }

    /// <summary>Reads a type alone, such as <c>ARRAY&lt;DECIMAL(4, 2)&gt;</c>; null and diagnostics if it is none.</summary>
    public static (TypeSyntax? Type, System.Collections.Immutable.ImmutableArray<Diagnostic> Diagnostics) ParseType(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Parser(text).ParseOnlyType();
    }

    /// <summary>Reads an expression alone; null and diagnostics if it is none.</summary>
    public static (Expression? Expression, System.Collections.Immutable.ImmutableArray<Diagnostic> Diagnostics) ParseExpression(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Parser(text).ParseOnlyExpression();
    }
}
