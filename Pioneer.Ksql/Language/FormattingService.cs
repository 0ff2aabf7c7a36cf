using System.Text;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Language;

/// <summary>
/// Lays ksql out: a clause a line, conditions below each other, keywords in capitals. Works token by token, so comments and the author's
/// spelling of names stay, and text with errors in it can be formatted too.
/// </summary>
public static class FormattingService
{
    private const int MaxLineLength = 100;

    /// <summary>The text laid out. A text that can't even be cut into tokens comes back unchanged.</summary>
    public static string Format(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var diagnostics = new DiagnosticBag(new LineMap(text));
        var lexed = Lexer.Tokenize(text, diagnostics);
        return diagnostics.HasErrors ? text : new Layout(text, lexed).Run();
    }

    private sealed class Layout(string text, LexResult lexed)
    {
        private readonly StringBuilder _output = new();
        private int _parentheses;
        private int _types;
        private int _nextComment;
        private bool _inSelectList;
        private bool _wrapSelectList;
        private bool _betweenOpen;
        private bool _mustBreak;

        public string Run()
        {
            for (var i = 0; i < lexed.Tokens.Length; i++)
            {
                Comments(i);
                if (lexed.Tokens[i].Kind != TokenKind.EndOfFile)
                {
                    Token(i);
                }
            }

            return _output.ToString().TrimEnd() + (text.EndsWith('\n') ? "\n" : "");
        }

        private Token At(int index) => index >= 0 && index < lexed.Tokens.Length ? lexed.Tokens[index] : default;

        private Keyword Word(int index) => At(index).Keyword;

        private void Comments(int tokenIndex)
        {
            var before = At(tokenIndex).Span.Start;
            for (; _nextComment < lexed.Comments.Length && lexed.Comments[_nextComment].Span.Start < before; _nextComment++)
            {
                var comment = lexed.Comments[_nextComment];
                var previousEnd = tokenIndex == 0 ? 0 : At(tokenIndex - 1).Span.End;
                var ownLine = text.AsSpan(previousEnd, Math.Max(0, comment.Span.Start - previousEnd)).Contains('\n') || tokenIndex == 0;
                if (ownLine)
                {
                    BreakLine(0);
                }
                else
                {
                    Space();
                }

                _output.Append(text, comment.Span.Start, comment.Span.Length);
                _mustBreak = comment.Kind == TriviaKind.LineComment || ownLine;
            }
        }

        private void Token(int index)
        {
            if (_mustBreak)
            {
                BreakLine(StartsLine(index) ?? (index == 0 ? 0 : 2));
                _mustBreak = false;
            }
            else if (StartsLine(index) is { } indent)
            {
                BreakLine(indent);
            }
            else if (index > 0 && NeedsSpace(index))
            {
                Space();
            }

            _output.Append(Spelling(index));
            Track(index);
        }

        // The indentation of a token that begins a line, or null.
        private int? StartsLine(int index)
        {
            if (index == 0)
            {
                return null;
            }

            if (At(index - 1).Kind == TokenKind.Semicolon)
            {
                return 0;
            }

            if (_parentheses > 0 || _types > 0)
            {
                return null;
            }

            if (_inSelectList && _wrapSelectList && At(index - 1).Kind == TokenKind.Comma)
            {
                return 2;
            }

            return Word(index) switch
            {
                Keyword.Select when Word(index - 1) != Keyword.Explain => 0,
                Keyword.Select => null,
                Keyword.From when Word(index - 1) is not (Keyword.Distinct or Keyword.Print) => 0,
                Keyword.Where or Keyword.Having or Keyword.Window => 0,
                Keyword.Group or Keyword.Partition when Word(index + 1) == Keyword.By => 0,
                Keyword.Emit when Word(index + 1) is Keyword.Changes or Keyword.Final => 0,
                Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full => 0,
                Keyword.Join when Word(index - 1) is not (Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full or Keyword.Outer) => 0,
                Keyword.And when !_betweenOpen && !_inSelectList => 2,
                Keyword.Or when !_inSelectList && Word(index - 1) != Keyword.Create => 2,
                _ => null,
            };
        }

        private void Track(int index)
        {
            var token = At(index);
            switch (token.Kind)
            {
                case TokenKind.LeftParen or TokenKind.LeftBracket:
                    _parentheses++;
                    break;
                case TokenKind.RightParen or TokenKind.RightBracket:
                    _parentheses = Math.Max(0, _parentheses - 1);
                    break;
                case TokenKind.Less when Word(index - 1) is Keyword.Array or Keyword.Map or Keyword.Struct:
                    _types++;
                    break;
                case TokenKind.Greater when _types > 0:
                    _types--;
                    break;
                case TokenKind.Semicolon:
                    (_parentheses, _types, _inSelectList, _betweenOpen) = (0, 0, false, false);
                    break;
                case TokenKind.Keyword when _parentheses == 0:
                    TrackKeyword(index, token.Keyword);
                    break;
            }
        }

        private void TrackKeyword(int index, Keyword keyword)
        {
            switch (keyword)
            {
                case Keyword.Select:
                    _inSelectList = true;
                    _wrapSelectList = IsLongList(index);
                    break;
                case Keyword.From when Word(index - 1) != Keyword.Distinct:
                    _inSelectList = false;
                    break;
                case Keyword.Between:
                    _betweenOpen = true;
                    break;
                case Keyword.And:
                    _betweenOpen = false;
                    break;
            }
        }

        private bool IsLongList(int select)
        {
            var length = 0;
            for (var i = select; i < lexed.Tokens.Length && At(i).Kind != TokenKind.Semicolon && length <= MaxLineLength; i++)
            {
                if (i > select && Word(i) == Keyword.From && Word(i - 1) != Keyword.Distinct)
                {
                    break;
                }

                length += At(i).Span.Length + 1;
            }

            return length > MaxLineLength;
        }

        private bool NeedsSpace(int index)
        {
            var (before, token) = (At(index - 1), At(index));
            if (before.Kind is TokenKind.LeftParen or TokenKind.LeftBracket or TokenKind.Dot or TokenKind.StructField
                || token.Kind is TokenKind.RightParen or TokenKind.RightBracket or TokenKind.Comma or TokenKind.Semicolon or TokenKind.Dot or TokenKind.StructField)
            {
                return false;
            }

            if (token.Kind is TokenKind.LeftParen or TokenKind.LeftBracket)
            {
                return !OpensCall(index, before);
            }

            if (IsTypeBracket(index, before, token))
            {
                return false;
            }

            return !IsSign(index - 1);
        }

        private bool IsTypeBracket(int index, Token before, Token token)
        {
            var opens = token.Kind == TokenKind.Less && Word(index - 1) is Keyword.Array or Keyword.Map or Keyword.Struct;
            var afterOpen = _types > 0 && before.Kind == TokenKind.Less;
            return opens || afterOpen || (_types > 0 && token.Kind == TokenKind.Greater);
        }

        // f(, CAST(, MAP(, ARRAY[, a[: no space; IN (, WITH (, AND (: a space.
        private static bool OpensCall(int index, Token before) => before.Kind switch
        {
            TokenKind.Keyword => !Keywords.IsReserved(before.Keyword) || before.Keyword is Keyword.Cast or Keyword.Decimal,
            TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier => index > 0,
            TokenKind.RightParen or TokenKind.RightBracket => true,
            _ => false,
        };

        // A plus or minus that has no left operand belongs to what follows it. After another minus a space must stay: -- begins a comment.
        private bool IsSign(int index)
        {
            if (At(index).Kind is not (TokenKind.Minus or TokenKind.Plus) || At(index + 1).Kind == TokenKind.Minus)
            {
                return false;
            }

            var before = At(index - 1);
            return before.Kind switch
            {
                TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier or TokenKind.Integer or TokenKind.Decimal => false,
                TokenKind.Float or TokenKind.String or TokenKind.RightParen or TokenKind.RightBracket or TokenKind.Variable => false,
                TokenKind.Keyword => Keywords.IsReserved(before.Keyword)
                    && before.Keyword is not (Keyword.End or Keyword.Null or Keyword.True or Keyword.False),
                _ => true,
            };
        }

        private string Spelling(int index)
        {
            var token = At(index);
            var spelled = text.Substring(token.Span.Start, token.Span.Length);
            return token.Kind == TokenKind.Keyword && IsGrammar(index, token.Keyword) ? spelled.ToUpperInvariant() : spelled;
        }

        // Words that may be names are written in capitals only where they certainly are grammar.
        private bool IsGrammar(int index, Keyword keyword) => Keywords.IsReserved(keyword) || index == 0 || At(index - 1).Kind == TokenKind.Semicolon || keyword switch
        {
            Keyword.Emit => Word(index + 1) is Keyword.Changes or Keyword.Final,
            Keyword.Changes or Keyword.Final => Word(index - 1) == Keyword.Emit,
            Keyword.Partition => Word(index + 1) == Keyword.By,
            Keyword.Replace => Word(index - 1) == Keyword.Or,
            Keyword.Escape => At(index + 1).Kind == TokenKind.String,
            _ => false,
        };

        private void Space()
        {
            if (_output.Length > 0 && !char.IsWhiteSpace(_output[^1]))
            {
                _output.Append(' ');
            }
        }

        private void BreakLine(int indent)
        {
            while (_output.Length > 0 && _output[^1] == ' ')
            {
                _output.Length--;
            }

            if (_output.Length > 0 && _output[^1] != '\n')
            {
                _output.Append('\n');
            }

            _output.Append(' ', _output.Length > 0 ? indent : 0);
        }
    }
}
