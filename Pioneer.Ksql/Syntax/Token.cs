namespace Pioneer.Ksql.Syntax;

/// <summary>One token of a text: its kind and where it is. Its characters are in the text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Keyword">Which keyword, when <paramref name="Kind"/> is <see cref="TokenKind.Keyword"/>.</param>
/// <param name="Span">Where it is, quotes included.</param>
public readonly record struct Token(TokenKind Kind, Keyword Keyword, TextSpan Span);

/// <summary>What stands between tokens and is not white space.</summary>
public enum TriviaKind
{
    /// <summary>From <c>--</c> to the end of the line.</summary>
    LineComment,

    /// <summary>From <c>/*</c> to the next <c>*/</c>.</summary>
    BlockComment,
}

/// <summary>A comment.</summary>
public readonly record struct Trivia(TriviaKind Kind, TextSpan Span);
