using System.Collections.Immutable;

namespace Pioneer.Ksql.Syntax;

// The parser is one class in parts: this one walks the tokens and recovers from errors, the others follow the grammar.
// An error is reported once per place: what follows from it without a token being read is not news.
internal sealed partial class Parser
{
    private readonly string _text;
    private readonly ImmutableArray<Token> _tokens;
    private readonly LineMap _lines;
    private readonly DiagnosticBag _diagnostics;
    private int _position;
    private int _lastErrorAt = -1;
    private int _depth;
    private int _arraySuffixes; // T ARRAY ARRAY ..: nests without recursion here, but not in who walks the tree

    public Parser(string text)
    {
        _text = text;
        _lines = new LineMap(text);
        _diagnostics = new DiagnosticBag(_lines) { Stage = DiagnosticStage.Syntax };
        _tokens = Lexer.Tokenize(text, _diagnostics).Tokens;
    }

    private Token Current => _tokens[_position];

    private bool AtEnd => Current.Kind is TokenKind.EndOfFile or TokenKind.Semicolon;

    public ParseResult ParseAll()
    {
        var statements = ImmutableArray.CreateBuilder<Statement>();
        while (Current.Kind != TokenKind.EndOfFile && !_diagnostics.IsFull)
        {
            if (Current.Kind == TokenKind.Semicolon)
            {
                Error("UnexpectedToken", "extraneous input ';'", "Remove the empty statement.");
                _position++;
                continue;
            }

            statements.Add(ParseStatement());
            EndStatement();
        }

        return new ParseResult(statements.ToImmutable(), _diagnostics.ToImmutable());
    }

    public (TypeSyntax? Type, ImmutableArray<Diagnostic> Diagnostics) ParseOnlyType()
    {
        var type = ParseType();
        ExpectEndOfText();
        return (_diagnostics.HasErrors ? null : type, _diagnostics.ToImmutable());
    }

    public (Expression? Expression, ImmutableArray<Diagnostic> Diagnostics) ParseOnlyExpression()
    {
        var expression = ParseExpression();
        ExpectEndOfText();
        return (_diagnostics.HasErrors ? null : expression, _diagnostics.ToImmutable());
    }

    private void ExpectEndOfText()
    {
        if (Current.Kind != TokenKind.EndOfFile)
        {
            Error("UnexpectedToken", $"extraneous input {Shown(Current)}");
        }
    }

    private void EndStatement()
    {
        if (!AtEnd)
        {
            Error("UnexpectedToken", $"extraneous input {Shown(Current)}", "A statement ends with ';'.");
            SkipToEnd();
        }

        if (Current.Kind == TokenKind.Semicolon)
        {
            _position++;
        }
    }

    private Token Peek(int ahead) => _tokens[Math.Min(_position + ahead, _tokens.Length - 1)];

    private bool At(TokenKind kind) => Current.Kind == kind;

    private bool At(Keyword keyword) => Current.Keyword == keyword;

    private bool At(Keyword first, Keyword second) => Current.Keyword == first && Peek(1).Keyword == second;

    private Token Next() => Current.Kind == TokenKind.EndOfFile ? Current : _tokens[_position++];

    private bool TryTake(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool TryTake(Keyword keyword)
    {
        if (Current.Keyword != keyword)
        {
            return false;
        }

        _position++;
        return true;
    }

    private bool TryTake(Keyword first, Keyword second)
    {
        if (!At(first, second))
        {
            return false;
        }

        _position += 2;
        return true;
    }

    private bool Expect(TokenKind kind)
    {
        if (TryTake(kind))
        {
            return true;
        }

        Error("MissingToken", $"missing '{SymbolText(kind)}' at {Shown(Current)}");
        return false;
    }

    private bool Expect(Keyword keyword)
    {
        if (TryTake(keyword))
        {
            return true;
        }

        var found = Current.Kind == TokenKind.Identifier ? TextOf(Current).ToString() : null;
        var typo = found is not null && EditDistance.IsClose(found.ToUpperInvariant(), Keywords.Text(keyword));
        Error(
            "MissingKeyword",
            $"Expecting '{Keywords.Text(keyword)}', found {Shown(Current)}",
            typo ? $"Did you mean {Keywords.Text(keyword)}?" : null);
        if (typo)
        {
            _position++;
        }

        return typo;
    }

    private void Error(string code, string message, string? hint = null) => ErrorAt(code, Current.Span, message, hint);

    private void ErrorAt(string code, TextSpan span, string message, string? hint = null)
    {
        if (_lastErrorAt == _position)
        {
            return;
        }

        _lastErrorAt = _position;
        if (Current.Kind == TokenKind.Bad && span == Current.Span)
        {
            return; // the lexer has said it
        }

        if (Current.Kind == TokenKind.Variable && span == Current.Span)
        {
            _diagnostics.Error("VariableNotSubstituted", span, $"Variables are not substituted: {TextOf(Current)}", "Write the value itself.");
            return;
        }

        _diagnostics.Error(code, span, message, hint);
    }

    // Used where a value is wrong but the text goes on well: never suppressed, does not suppress.
    // The text can be read, but a part of it means nothing: ksqlDB finds that when it makes the tree of a statement, and some of it says
    // where.
    private void SemanticError(string code, TextSpan span, string message, string? hint = null)
    {
        _diagnostics.Stage = DiagnosticStage.Building;
        var at = _lines.PositionOf(span.Start);
        _diagnostics.Error(code, span, message, hint, code == "InvalidNumber" ? $"line {at.Line}:{at.Column + 1}: {message}" : null);
        _diagnostics.Stage = DiagnosticStage.Syntax;
    }

    private void SkipToEnd()
    {
        while (!AtEnd)
        {
            _position++;
        }
    }

    // To the next place where the enclosing list or clause can go on, over balanced parentheses.
    private void SkipToListEnd()
    {
        var nesting = 0;
        for (; !AtEnd; _position++)
        {
            switch (Current.Kind)
            {
                case TokenKind.LeftParen or TokenKind.LeftBracket:
                    nesting++;
                    break;
                case TokenKind.RightParen or TokenKind.RightBracket when nesting == 0:
                    return;
                case TokenKind.RightParen or TokenKind.RightBracket:
                    nesting--;
                    break;
                case TokenKind.Comma when nesting == 0:
                    return;
                case TokenKind.Keyword when nesting == 0 && StartsClause():
                    return;
            }
        }
    }

    private bool StartsClause() => Current.Keyword switch
    {
        Keyword.From or Keyword.Window or Keyword.Where or Keyword.Having or Keyword.Limit => true,
        Keyword.Group => Peek(1).Keyword == Keyword.By,
        Keyword.Partition => Peek(1).Keyword == Keyword.By,
        Keyword.Emit => Peek(1).Keyword is Keyword.Changes or Keyword.Final,
        _ => false,
    };

    // Reads one or more items with commas between. An item that could not be read to its end is skipped to the next comma.
    private SyntaxList<T> ParseList<T>(Func<T> parseItem)
    {
        List<T> items = [parseItem()];
        while (true)
        {
            if (_lastErrorAt == _position && !At(TokenKind.Comma))
            {
                SkipToListEnd();
            }

            if (!TryTake(TokenKind.Comma))
            {
                return [.. items];
            }

            items.Add(parseItem());
        }
    }

    private bool Enter()
    {
        if (++_depth <= KsqlParser.MaxNesting)
        {
            return true;
        }

        TooDeep();
        return false;
    }

    private void TooDeep()
    {
        Error("NestedTooDeeply", $"The statement is nested too deeply: at most {KsqlParser.MaxNesting} levels.", "Split it into several statements.");
        SkipToEnd();
        _lastErrorAt = _position;
    }

    private ReadOnlySpan<char> TextOf(Token token) => _text.AsSpan(token.Span.Start, token.Span.Length);

    private TextSpan SpanFrom(int startToken)
    {
        var last = Math.Max(_position - 1, startToken);
        return TextSpan.FromBounds(_tokens[startToken].Span.Start, _tokens[last].Span.End);
    }

    private string Shown(Token token)
    {
        if (token.Kind == TokenKind.EndOfFile)
        {
            return "the end of the statement";
        }

        var text = TextOf(token);
        return text.Length > 40 ? $"'{text[..40]}..'" : $"'{text}'";
    }

    private static string SymbolText(TokenKind kind) => kind switch
    {
        TokenKind.LeftParen => "(",
        TokenKind.RightParen => ")",
        TokenKind.LeftBracket => "[",
        TokenKind.RightBracket => "]",
        TokenKind.Comma => ",",
        TokenKind.Dot => ".",
        TokenKind.Semicolon => ";",
        TokenKind.Equal => "=",
        TokenKind.Less => "<",
        TokenKind.Greater => ">",
        TokenKind.Asterisk => "*",
        TokenKind.Assign => ":=",
        TokenKind.Lambda => "=>",
        _ => kind.ToString(),
    };
}
