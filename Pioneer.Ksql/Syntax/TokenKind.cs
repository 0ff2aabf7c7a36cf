namespace Pioneer.Ksql.Syntax;

/// <summary>What a token is.</summary>
public enum TokenKind
{
    /// <summary>The end of the text.</summary>
    EndOfFile,

    /// <summary>A name without quotes that is no keyword.</summary>
    Identifier,

    /// <summary>A name in double or back quotes.</summary>
    QuotedIdentifier,

    /// <summary>A name that begins with a digit, such as <c>1abc</c>.</summary>
    DigitIdentifier,

    /// <summary>A word of the grammar; <see cref="Token.Keyword"/> says which.</summary>
    Keyword,

    /// <summary><c>123</c>.</summary>
    Integer,

    /// <summary><c>1.5</c>, <c>1.</c>, <c>.5</c>.</summary>
    Decimal,

    /// <summary><c>1E3</c>.</summary>
    Float,

    /// <summary>Text in single quotes.</summary>
    String,

    /// <summary><c>${name}</c>.</summary>
    Variable,

    /// <summary><c>(</c>.</summary>
    LeftParen,

    /// <summary><c>)</c>.</summary>
    RightParen,

    /// <summary><c>[</c>.</summary>
    LeftBracket,

    /// <summary><c>]</c>.</summary>
    RightBracket,

    /// <summary><c>,</c>.</summary>
    Comma,

    /// <summary><c>.</c>.</summary>
    Dot,

    /// <summary><c>;</c>.</summary>
    Semicolon,

    /// <summary><c>=</c>.</summary>
    Equal,

    /// <summary><c>&lt;&gt;</c> or <c>!=</c>.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>.</summary>
    Less,

    /// <summary><c>&lt;=</c>.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>.</summary>
    Greater,

    /// <summary><c>&gt;=</c>.</summary>
    GreaterOrEqual,

    /// <summary><c>+</c>.</summary>
    Plus,

    /// <summary><c>-</c>.</summary>
    Minus,

    /// <summary><c>*</c>.</summary>
    Asterisk,

    /// <summary><c>/</c>.</summary>
    Slash,

    /// <summary><c>%</c>.</summary>
    Percent,

    /// <summary><c>||</c>.</summary>
    Concat,

    /// <summary><c>:=</c>.</summary>
    Assign,

    /// <summary><c>-&gt;</c>.</summary>
    StructField,

    /// <summary><c>=&gt;</c>.</summary>
    Lambda,

    /// <summary>Anything the language has no token for.</summary>
    Bad,
}
