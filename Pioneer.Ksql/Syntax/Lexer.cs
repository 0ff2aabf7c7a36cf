using System.Buffers;
using System.Runtime.InteropServices;

namespace Pioneer.Ksql.Syntax;

/// <summary>
/// Cuts text into tokens. Never throws: what is no token of the language becomes <see cref="TokenKind.Bad"/> with a diagnostic.
/// Letters outside strings and quoted names are ASCII only.
/// </summary>
public sealed class Lexer
{
    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@");

    private readonly string _text;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<Token> _tokens;
    private readonly List<Trivia> _comments = [];
    private int _position;

    private Lexer(string text, DiagnosticBag diagnostics)
    {
        _text = text;
        _diagnostics = diagnostics;
        _tokens = new List<Token>((text.Length / 4) + 4);
    }

    /// <summary>Cuts <paramref name="text"/>, telling <paramref name="diagnostics"/> what is wrong with it.</summary>
    public static LexResult Tokenize(string text, DiagnosticBag diagnostics)
    {
        var lexer = new Lexer(text, diagnostics);
        lexer.Run();
        return new LexResult(ImmutableCollectionsMarshal.AsImmutableArray(lexer._tokens.ToArray()), [.. lexer._comments]);
    }

    private char Current => Peek(0);

    private char Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead] : '\0';

    private void Run()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                _position++;
            }
            else if (c == '-' && Peek(1) == '-')
            {
                LineComment();
            }
            else if (c == '/' && Peek(1) == '*')
            {
                BlockComment();
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                Word();
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            {
                Number();
            }
            else
            {
                Symbol(c);
            }
        }

        _tokens.Add(new Token(TokenKind.EndOfFile, Keyword.None, new TextSpan(_text.Length, 0)));
    }

    private void Add(TokenKind kind, int start, Keyword keyword = Keyword.None) =>
        _tokens.Add(new Token(kind, keyword, TextSpan.FromBounds(start, _position)));

    private void LineComment()
    {
        var start = _position;
        var length = _text.AsSpan(start).IndexOfAny('\r', '\n');
        _position = length < 0 ? _text.Length : start + length;
        _comments.Add(new Trivia(TriviaKind.LineComment, TextSpan.FromBounds(start, _position)));
    }

    private void BlockComment()
    {
        var start = _position;
        var end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            _position = _text.Length;
            _diagnostics.Error("UnterminatedComment", new TextSpan(start, 2), "The comment is not closed.", "Close it with */.");
        }
        else
        {
            _position = end + 2;
        }

        _comments.Add(new Trivia(TriviaKind.BlockComment, TextSpan.FromBounds(start, _position)));
    }

    private void Word()
    {
        var start = _position;
        SkipWordCharacters();
        var keyword = Keywords.Find(_text.AsSpan(start, _position - start));
        Add(keyword == Keyword.None ? TokenKind.Identifier : TokenKind.Keyword, start, keyword);
    }

    private void SkipWordCharacters()
    {
        var length = _text.AsSpan(_position).IndexOfAnyExcept(WordCharacters);
        _position = length < 0 ? _text.Length : _position + length;
    }

    // The longest match wins, as in ksqlDB: 1E3 is a number, 1E3a and 12_3 are names.
    private void Number()
    {
        var start = _position;
        var kind = TokenKind.Integer;
        SkipDigits();
        var digits = _position;
        if (Current == '.')
        {
            kind = TokenKind.Decimal;
            _position++;
            SkipDigits();
        }

        var exponentSign = Peek(1) is '+' or '-' ? 2 : 1;
        if (Current is 'e' or 'E' && char.IsAsciiDigit(Peek(exponentSign)))
        {
            kind = TokenKind.Float;
            _position += exponentSign;
            SkipDigits();
        }

        var numberEnd = _position;
        _position = digits;
        SkipWordCharacters();
        if (digits > start && _position > numberEnd)
        {
            kind = TokenKind.DigitIdentifier;
        }
        else
        {
            _position = numberEnd;
        }

        Add(kind, start);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Current))
        {
            _position++;
        }
    }

    private void Symbol(char c)
    {
        var start = _position;
        switch (c)
        {
            case '\'':
                Quoted('\'', TokenKind.String);
                return;
            case '"' or '`':
                Quoted(c, TokenKind.QuotedIdentifier);
                return;
            case '$' when Peek(1) == '{':
                Variable();
                return;
        }

        var (kind, length) = Operator(c, Peek(1));
        if (kind == TokenKind.Bad)
        {
            Bad();
            return;
        }

        _position += length;
        Add(kind, start);
    }

    private static (TokenKind Kind, int Length) Operator(char c, char next) => (c, next) switch
    {
        ('<', '>') or ('!', '=') => (TokenKind.NotEqual, 2),
        ('<', '=') => (TokenKind.LessOrEqual, 2),
        ('>', '=') => (TokenKind.GreaterOrEqual, 2),
        ('=', '>') => (TokenKind.Lambda, 2),
        ('-', '>') => (TokenKind.StructField, 2),
        (':', '=') => (TokenKind.Assign, 2),
        ('|', '|') => (TokenKind.Concat, 2),
        ('(', _) => (TokenKind.LeftParen, 1),
        (')', _) => (TokenKind.RightParen, 1),
        ('[', _) => (TokenKind.LeftBracket, 1),
        (']', _) => (TokenKind.RightBracket, 1),
        (',', _) => (TokenKind.Comma, 1),
        ('.', _) => (TokenKind.Dot, 1),
        (';', _) => (TokenKind.Semicolon, 1),
        ('=', _) => (TokenKind.Equal, 1),
        ('<', _) => (TokenKind.Less, 1),
        ('>', _) => (TokenKind.Greater, 1),
        ('+', _) => (TokenKind.Plus, 1),
        ('-', _) => (TokenKind.Minus, 1),
        ('*', _) => (TokenKind.Asterisk, 1),
        ('/', _) => (TokenKind.Slash, 1),
        ('%', _) => (TokenKind.Percent, 1),
        _ => (TokenKind.Bad, 1),
    };

    // A quote inside is doubled.
    private void Quoted(char quote, TokenKind kind)
    {
        var start = _position++;
        while (true)
        {
            var next = _text.IndexOf(quote, _position);
            if (next < 0)
            {
                // Only the first line is marked and the rest is skipped: marking it all would hide every other message.
                _position = _text.Length;
                var what = kind == TokenKind.String ? "string" : "quoted name";
                _diagnostics.Error("UnterminatedQuote", new TextSpan(start, 1), $"The {what} is not closed.", $"Close it with {quote}.");
                Add(kind, start);
                return;
            }

            _position = next + 1;
            if (Current != quote)
            {
                Add(kind, start);
                return;
            }

            _position++;
        }
    }

    private void Variable()
    {
        var start = _position;
        var end = _text.IndexOf('}', start);
        _position = end < 0 ? start + 2 : end + 1;
        Add(TokenKind.Variable, start);
    }

    // One token and one diagnostic for a run of characters that can't be read, surrogate pairs included.
    private void Bad()
    {
        var start = _position++;
        while (_position < _text.Length && (_text[_position] > 127 || _text[_position] is '?' or '#' or '\\' or '^' or '~' or '&'))
        {
            _position++;
        }

        Add(TokenKind.Bad, start);
        var shown = Printable(_text.AsSpan(start, Math.Min(_position - start, 20)));
        _diagnostics.Error(
            "UnexpectedCharacter",
            TextSpan.FromBounds(start, _position),
            $"token recognition error at: '{shown}'",
            _text[start] > 127 ? "Outside strings and quoted names only ASCII characters are allowed." : null);
    }

    private static string Printable(ReadOnlySpan<char> text)
    {
        var shown = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            shown.Append(char.IsControl(c) || c > 126 ? $"\\u{(int)c:X4}" : c.ToString());
        }

        return shown.ToString();
    }
}
