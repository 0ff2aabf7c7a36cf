using System.Globalization;

namespace Pioneer.Ksql.Syntax;

// Names, strings, numbers, durations and types.
internal sealed partial class Parser
{
    private static bool IsName(Token token) => token.Kind switch
    {
        TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier => true,
        TokenKind.Keyword => !Keywords.IsReserved(token.Keyword),
        _ => false,
    };

    private bool AtName => IsName(Current);

    private Identifier ParseName(string what = "a name")
    {
        if (AtName)
        {
            var token = Next();
            var name = NameOf(token);
            if (name.Length == 0)
            {
                SemanticError("MissingName", token.Span, "A name in quotes must not be empty");
            }

            return new Identifier(name) { Span = token.Span };
        }

        if (Current.Kind == TokenKind.Keyword)
        {
            Error(
                "ReservedWord",
                $"Expecting {what}, found the reserved word {Shown(Current)}",
                $"Quote it to use it as a name: `{Keywords.Text(Current.Keyword)}`.");
        }
        else
        {
            Error("MissingName", $"Expecting {what}, found {Shown(Current)}");
        }

        return new Identifier("") { Span = new TextSpan(Current.Span.Start, 0) };
    }

    private string NameOf(Token token)
    {
        var text = TextOf(token);
        return token.Kind == TokenKind.QuotedIdentifier ? Unquote(text) : text.ToString().ToUpperInvariant();
    }

    private static string Unquote(ReadOnlySpan<char> text)
    {
        var quote = text[0];
        var inner = text.Length > 1 && text[^1] == quote ? text[1..^1] : text[1..];
        return inner.Contains(quote) ? inner.ToString().Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal) : inner.ToString();
    }

    // Source names are narrower than other names, even in quotes.
    private Identifier ParseSourceName(string what = "a stream or table name")
    {
        var name = ParseName(what);
        foreach (var c in name.Text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                SemanticError(
                    "InvalidSourceName",
                    name.Span,
                    $"Illegal argument: Source names may only contain alphanumeric values, '_' or '-'. Got: '{name.Text}'");
                break;
            }
        }

        return name;
    }

    private ResourceName ParseResourceName(string what)
    {
        var token = Current;
        if (token.Kind == TokenKind.String)
        {
            _position++;
            return new ResourceName(Unquote(TextOf(token))) { Span = token.Span };
        }

        if (AtName)
        {
            _position++;
            var text = TextOf(token);
            return new ResourceName(token.Kind == TokenKind.QuotedIdentifier ? Unquote(text) : text.ToString()) { Span = token.Span };
        }

        Error("MissingName", $"Expecting {what}, found {Shown(token)}");
        return new ResourceName("") { Span = new TextSpan(token.Span.Start, 0) };
    }

    private string ParseString(string what)
    {
        if (At(TokenKind.String))
        {
            return Unquote(TextOf(Next()));
        }

        Error("MissingString", $"Expecting {what} in single quotes, found {Shown(Current)}");
        return "";
    }

    private long ParseWholeNumber(string what)
    {
        var start = _position;
        var negative = TryTake(TokenKind.Minus);
        if (At(TokenKind.Integer))
        {
            var text = TextOf(Next()).ToString();
            if (long.TryParse(negative ? "-" + text : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }

            SemanticError("InvalidNumber", SpanFrom(start), $"Invalid numeric literal: {(negative ? "-" : "")}{text}");
            return 0;
        }

        if (Current.Kind is TokenKind.Decimal or TokenKind.Float)
        {
            _position++;
            SemanticError("InvalidNumber", SpanFrom(start), $"Value must be integer for command: {what}");
            return 0;
        }

        Error("MissingNumber", $"Expecting a whole number for {what}, found {Shown(Current)}");
        return 0;
    }

    private DurationSyntax ParseDuration(string what)
    {
        var start = _position;
        var amount = ParseWholeNumber(what);
        var unit = TryParseUnit();
        if (unit is null)
        {
            Error(
                "MissingTimeUnit",
                $"Expecting a unit of time, found {Shown(Current)}",
                "Units are DAYS, HOURS, MINUTES, SECONDS and MILLISECONDS.");
        }

        return new DurationSyntax(amount, unit ?? TimeUnit.Seconds) { Span = SpanFrom(start) };
    }

    private TimeUnit? TryParseUnit()
    {
        var unit = UnitOf(Current.Keyword);
        if (unit is not null)
        {
            _position++;
        }

        return unit;
    }

    private static TimeUnit? UnitOf(Keyword keyword) => keyword switch
    {
        Keyword.Day or Keyword.Days => TimeUnit.Days,
        Keyword.Hour or Keyword.Hours => TimeUnit.Hours,
        Keyword.Minute or Keyword.Minutes => TimeUnit.Minutes,
        Keyword.Second or Keyword.Seconds => TimeUnit.Seconds,
        Keyword.Millisecond or Keyword.Milliseconds => TimeUnit.Milliseconds,
        _ => null,
    };

    private TypeSyntax ParseType()
    {
        var start = _position;
        var depth = _depth;
        TypeSyntax type = Enter() ? ParseTypeWithoutSuffix() : new NamedType(new Identifier(""), []);
        while (At(Keyword.Array) && type.Span.Length > 0)
        {
            if (++_arraySuffixes > KsqlParser.MaxNesting)
            {
                TooDeep();
                break;
            }

            _position++;
            type = new ArrayType(type) { Span = SpanFrom(start) };
        }

        _depth = depth;
        return type;
    }

    private TypeSyntax ParseTypeWithoutSuffix()
    {
        var start = _position;
        if (At(Keyword.Array) && Peek(1).Kind == TokenKind.Less)
        {
            _position += 2;
            var element = ParseType();
            Expect(TokenKind.Greater);
            return new ArrayType(element) { Span = SpanFrom(start) };
        }

        if (At(Keyword.Map) && Peek(1).Kind == TokenKind.Less)
        {
            _position += 2;
            var key = ParseType();
            Expect(TokenKind.Comma);
            var value = ParseType();
            Expect(TokenKind.Greater);
            return new MapType(key, value) { Span = SpanFrom(start) };
        }

        if (At(Keyword.Struct) && Peek(1).Kind is TokenKind.Less or TokenKind.NotEqual)
        {
            return ParseStructType();
        }

        return At(Keyword.Decimal) ? ParseDecimalType() : ParseNamedType();
    }

    private StructType ParseStructType()
    {
        var start = _position++;
        if (TryTake(TokenKind.NotEqual))
        {
            return new StructType([]) { Span = SpanFrom(start) }; // STRUCT<>: the brackets read as one token
        }

        _position++;
        SyntaxList<StructTypeField> fields = At(TokenKind.Greater) ? [] : ParseList(ParseStructTypeField);
        Expect(TokenKind.Greater);
        return new StructType(fields) { Span = SpanFrom(start) };
    }

    private StructTypeField ParseStructTypeField()
    {
        var start = _position;
        var name = ParseName("a field name");
        var type = ParseType();
        return new StructTypeField(name, type) { Span = SpanFrom(start) };
    }

    private DecimalType ParseDecimalType()
    {
        var start = _position++;
        Expect(TokenKind.LeftParen);
        var precision = ParseWholeNumber("the precision of DECIMAL");
        Expect(TokenKind.Comma);
        var scale = ParseWholeNumber("the scale of DECIMAL");
        Expect(TokenKind.RightParen);
        var span = SpanFrom(start);
        if (_lastErrorAt != _position)
        {
            if (precision is < 1 or > int.MaxValue)
            {
                SemanticError("InvalidDecimal", span, $"DECIMAL precision must be >= 1: DECIMAL({precision},{scale})");
            }
            else if (scale < 0 || scale > precision)
            {
                var why = scale < 0 ? "DECIMAL scale must be >= 0" : "DECIMAL precision must be >= scale";
                SemanticError("InvalidDecimal", span, $"{why}: DECIMAL({precision},{scale})");
            }
        }

        return new DecimalType((int)Math.Clamp(precision, 1, int.MaxValue), (int)Math.Clamp(scale, 0, int.MaxValue)) { Span = span };
    }

    private NamedType ParseNamedType()
    {
        var start = _position;
        if (At(Keyword.Null))
        {
            Error("InvalidType", "NULL is not a type");
        }

        var name = ParseName("a type");
        List<string> parameters = [];
        if (!name.IsMissing && TryTake(TokenKind.LeftParen))
        {
            do
            {
                if (Current.Kind == TokenKind.Integer || At(Keyword.String))
                {
                    parameters.Add(TextOf(Next()).ToString().ToUpperInvariant());
                }
                else
                {
                    Error("UnexpectedToken", "Expecting {'STRING', INTEGER_VALUE}");
                    SkipToListEnd();
                }
            }
            while (TryTake(TokenKind.Comma));
            Expect(TokenKind.RightParen);
        }

        return new NamedType(name, [.. parameters]) { Span = SpanFrom(start) };
    }
}
