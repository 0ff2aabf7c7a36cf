using System.Buffers;
using System.Globalization;

namespace Pioneer.Ksql.Syntax;

// Expressions by precedence climbing. Strongest first: primary and postfix, AT TIME ZONE, unary sign, * / %, + -, ||, one predicate,
// NOT, AND, OR. Predicates don't chain.
internal sealed partial class Parser
{
    private static readonly SearchValues<char> DecimalCharacters = SearchValues.Create("0123456789.");

    private const int ConcatLevel = 1;
    private const int AdditionLevel = 2;
    private const int MultiplicationLevel = 3;

    private static int Tallest(Expression? a, Expression? b = null, Expression? c = null) =>
        1 + Math.Max(a?.Height ?? 0, Math.Max(b?.Height ?? 0, c?.Height ?? 0));

    private static int Tallest(IEnumerable<Expression> expressions) => 1 + expressions.Select(e => e.Height).DefaultIfEmpty().Max();

    private MissingExpression Missing() => new() { Span = new TextSpan(Current.Span.Start, 0) };

    private bool IsTooTall(Expression expression)
    {
        if (expression.Height <= KsqlParser.MaxHeight)
        {
            return false;
        }

        TooDeep();
        return true;
    }

    private Expression ParseExpression()
    {
        var depth = _depth;
        var expression = Enter() ? ParseLogical(LogicalOperator.Or) : Missing();
        _depth = depth;
        return IsTooTall(expression) ? Missing() : expression;
    }

    private Expression ParseLogical(LogicalOperator level)
    {
        var start = _position;
        var first = level == LogicalOperator.Or ? ParseLogical(LogicalOperator.And) : ParseNot();
        var keyword = level == LogicalOperator.Or ? Keyword.Or : Keyword.And;
        if (!At(keyword))
        {
            return first;
        }

        List<Expression> operands = [first];
        while (TryTake(keyword))
        {
            operands.Add(level == LogicalOperator.Or ? ParseLogical(LogicalOperator.And) : ParseNot());
        }

        return new LogicalExpression(level, [.. operands]) { Span = SpanFrom(start), Height = Tallest(operands) };
    }

    private Expression ParseNot()
    {
        if (!At(Keyword.Not))
        {
            return ParsePredicate();
        }

        var start = _position++;
        var depth = _depth;
        var operand = Enter() ? ParseNot() : Missing();
        _depth = depth;
        return new NotExpression(operand) { Span = SpanFrom(start), Height = Tallest(operand) };
    }

    private Expression ParsePredicate()
    {
        var start = _position;
        var left = ParseValue();
        var comparison = ComparisonOf(Current.Kind);
        if (comparison is not null)
        {
            _position++;
            var right = ParseValue();
            var result = new ComparisonExpression(comparison.Value, left, right) { Span = SpanFrom(start), Height = Tallest(left, right) };
            if (ComparisonOf(Current.Kind) is not null)
            {
                Error("ChainedComparison", $"mismatched input {Shown(Current)}", "Comparisons don't chain: join them with AND, or use parentheses.");
            }

            return result;
        }

        var negated = At(Keyword.Not) && Peek(1).Keyword is Keyword.Between or Keyword.In or Keyword.Like;
        if (negated)
        {
            _position++;
        }

        return Current.Keyword switch
        {
            Keyword.Between => ParseBetween(start, left, negated),
            Keyword.In => ParseIn(start, left, negated),
            Keyword.Like => ParseLike(start, left, negated),
            Keyword.Is => ParseIs(start, left),
            _ => left,
        };
    }

    private static ComparisonOperator? ComparisonOf(TokenKind kind) => kind switch
    {
        TokenKind.Equal => ComparisonOperator.Equal,
        TokenKind.NotEqual => ComparisonOperator.NotEqual,
        TokenKind.Less => ComparisonOperator.LessThan,
        TokenKind.LessOrEqual => ComparisonOperator.LessThanOrEqual,
        TokenKind.Greater => ComparisonOperator.GreaterThan,
        TokenKind.GreaterOrEqual => ComparisonOperator.GreaterThanOrEqual,
        _ => null,
    };

    private BetweenExpression ParseBetween(int start, Expression operand, bool negated)
    {
        _position++;
        var lower = ParseValue();
        Expect(Keyword.And);
        var upper = ParseValue();
        return new BetweenExpression(operand, negated, lower, upper) { Span = SpanFrom(start), Height = Tallest(operand, lower, upper) };
    }

    private InExpression ParseIn(int start, Expression operand, bool negated)
    {
        _position++;
        Expect(TokenKind.LeftParen);
        if (At(Keyword.Select))
        {
            Error("SubqueryNotSupported", "mismatched input 'SELECT'", "Subqueries are not part of ksql: join the streams instead.");
            SkipToListEnd();
        }

        var values = ParseList(ParseExpression);
        Expect(TokenKind.RightParen);
        return new InExpression(operand, negated, values) { Span = SpanFrom(start), Height = Math.Max(Tallest(operand), Tallest(values)) };
    }

    private LikeExpression ParseLike(int start, Expression operand, bool negated)
    {
        _position++;
        var pattern = ParseValue();
        char? escape = null;
        if (TryTake(Keyword.Escape))
        {
            var span = Current.Span;
            var text = ParseString("the escape character");
            escape = text.Length == 1 ? text[0] : null;
            if (text.Length != 1 && _lastErrorAt != _position)
            {
                SemanticError("InvalidEscape", span, $"Expected single character escape but got: {text}");
            }
        }

        return new LikeExpression(operand, negated, pattern, escape) { Span = SpanFrom(start), Height = Tallest(operand, pattern) };
    }

    private Expression ParseIs(int start, Expression operand)
    {
        _position++;
        var negated = TryTake(Keyword.Not);
        if (TryTake(Keyword.Distinct))
        {
            Expect(Keyword.From);
            var right = ParseValue();
            var comparison = negated ? ComparisonOperator.IsNotDistinctFrom : ComparisonOperator.IsDistinctFrom;
            return new ComparisonExpression(comparison, operand, right) { Span = SpanFrom(start), Height = Tallest(operand, right) };
        }

        if (!TryTake(Keyword.Null))
        {
            Error("UnexpectedToken", $"Expecting NULL or DISTINCT FROM, found {Shown(Current)}");
        }

        return new IsNullExpression(operand, negated) { Span = SpanFrom(start), Height = Tallest(operand) };
    }

    private Expression ParseValue(int level = ConcatLevel)
    {
        var start = _position;
        var left = ParseUnary();
        while (true)
        {
            var (op, opLevel) = BinaryOf(Current.Kind);
            if (opLevel < level)
            {
                return left;
            }

            _position++;
            var right = ParseValue(opLevel + 1);
            left = new BinaryExpression(op, left, right) { Span = SpanFrom(start), Height = Tallest(left, right) };
            if (IsTooTall(left))
            {
                return Missing();
            }
        }
    }

    private static (BinaryOperator Operator, int Level) BinaryOf(TokenKind kind) => kind switch
    {
        TokenKind.Asterisk => (BinaryOperator.Multiply, MultiplicationLevel),
        TokenKind.Slash => (BinaryOperator.Divide, MultiplicationLevel),
        TokenKind.Percent => (BinaryOperator.Modulus, MultiplicationLevel),
        TokenKind.Plus => (BinaryOperator.Add, AdditionLevel),
        TokenKind.Minus => (BinaryOperator.Subtract, AdditionLevel),
        TokenKind.Concat => (BinaryOperator.Concat, ConcatLevel),
        _ => (default, 0),
    };

    private Expression ParseUnary()
    {
        // A minus right before a number is part of the number.
        if (!At(TokenKind.Plus) && (!At(TokenKind.Minus) || Peek(1).Kind is TokenKind.Integer or TokenKind.Decimal or TokenKind.Float))
        {
            return ParsePostfix();
        }

        var start = _position;
        var op = Next().Kind == TokenKind.Minus ? UnaryOperator.Minus : UnaryOperator.Plus;
        var depth = _depth;
        var operand = Enter() ? ParseUnary() : Missing();
        _depth = depth;
        return new UnaryExpression(op, operand) { Span = SpanFrom(start), Height = Tallest(operand) };
    }

    private Expression ParsePostfix()
    {
        var start = _position;
        var expression = ParsePrimary();
        while (!IsTooTall(expression))
        {
            if (TryTake(TokenKind.LeftBracket))
            {
                var index = ParseExpression();
                Expect(TokenKind.RightBracket);
                expression = new SubscriptExpression(expression, index) { Span = SpanFrom(start), Height = Tallest(expression, index) };
            }
            else if (At(TokenKind.StructField) && Peek(1).Kind != TokenKind.Asterisk)
            {
                _position++;
                var field = ParseName("a field name");
                expression = new StructFieldExpression(expression, field) { Span = SpanFrom(start), Height = Tallest(expression) };
            }
            else if (At(Keyword.At) && Peek(1).Keyword == Keyword.Time)
            {
                _position += 2;
                Expect(Keyword.Zone);
                var zone = ParseString("a time zone");
                expression = new AtTimeZoneExpression(expression, zone) { Span = SpanFrom(start), Height = Tallest(expression) };
            }
            else
            {
                return expression;
            }
        }

        return Missing();
    }

    private Expression ParsePrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.LeftParen:
                return ParseParenthesized();
            case TokenKind.Integer or TokenKind.Decimal or TokenKind.Float or TokenKind.Minus:
                return ParseNumber();
            case TokenKind.String:
                _position++;
                return new StringLiteral(Unquote(TextOf(token))) { Span = token.Span };
            case TokenKind.Keyword:
                return ParseKeywordPrimary();
            case TokenKind.Identifier or TokenKind.QuotedIdentifier or TokenKind.DigitIdentifier:
                return ParseNamePrimary();
            default:
                return ExpectedExpression();
        }
    }

    private MissingExpression ExpectedExpression()
    {
        Error("MissingExpression", $"Expecting an expression, found {Shown(Current)}");
        return Missing();
    }

    private Expression ParseParenthesized()
    {
        _position++;
        if (At(Keyword.Select))
        {
            Error("SubqueryNotSupported", "mismatched input 'SELECT'", "Subqueries are not part of ksql: use a CREATE .. AS SELECT for the inner query.");
            SkipToListEnd();
        }

        var inner = ParseExpression();
        Expect(TokenKind.RightParen);
        return inner;
    }

    private Expression ParseKeywordPrimary()
    {
        var token = Current;
        switch (token.Keyword)
        {
            case Keyword.Null:
                _position++;
                return new NullLiteral { Span = token.Span };
            case Keyword.True or Keyword.False:
                _position++;
                return new BooleanLiteral(token.Keyword == Keyword.True) { Span = token.Span };
            case Keyword.Case:
                return ParseCase();
            case Keyword.Cast:
                return ParseCast();
            case Keyword.Array when Peek(1).Kind == TokenKind.LeftBracket:
                return ParseArray();
            case Keyword.Map when Peek(1).Kind == TokenKind.LeftParen:
                return ParseMap();
            case Keyword.Struct when Peek(1).Kind == TokenKind.LeftParen:
                return ParseStruct();
            case Keyword.Decimal when Peek(1).Kind == TokenKind.String:
                return ParseTypedLiteral();
            default:
                return AtName ? ParseNamePrimary() : ReservedWordAsExpression();
        }
    }

    private MissingExpression ReservedWordAsExpression()
    {
        Error(
            "MissingExpression",
            $"Expecting an expression, found the reserved word {Shown(Current)}",
            StartsClause() ? null : $"Quote it if it is a column: `{Keywords.Text(Current.Keyword)}`.");
        return Missing();
    }

    private Expression ParseNamePrimary()
    {
        var start = _position;
        if (Peek(1).Kind == TokenKind.LeftParen)
        {
            return ParseCall();
        }

        if (Peek(1).Kind == TokenKind.String)
        {
            return ParseTypedLiteral();
        }

        var name = ParseName();
        if (At(TokenKind.Dot))
        {
            _position++;
            var column = ParseName("a column name");
            return new ColumnReference(name, column) { Span = SpanFrom(start) };
        }

        return new ColumnReference(null, name) { Span = SpanFrom(start) };
    }

    private Expression ParseTypedLiteral()
    {
        var start = _position;
        var type = TextOf(Next()).ToString().ToUpperInvariant();
        var text = Unquote(TextOf(Next()));
        if (type != "DECIMAL")
        {
            SemanticError("UnknownType", SpanFrom(start), $"Unknown type: {type}", "CAST(.. AS type) makes values of any type.");
            text = "0";
        }
        else if (!IsDecimal(text))
        {
            SemanticError("InvalidNumber", SpanFrom(start), $"Invalid numeric literal: {text}");
            text = "0";
        }

        return new DecimalLiteral(text) { Span = SpanFrom(start) };
    }

    private static bool IsDecimal(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.ContainsAnyInRange('0', '9') && !digits.ContainsAnyExcept(DecimalCharacters) && digits.Count('.') <= 1;
    }

    private Literal ParseNumber()
    {
        var start = _position;
        var sign = TryTake(TokenKind.Minus) ? "-" : "";
        var token = Current;
        if (token.Kind is not (TokenKind.Integer or TokenKind.Decimal or TokenKind.Float))
        {
            Error("MissingNumber", $"Expecting a number, found {Shown(token)}");
            return new NullLiteral { Span = token.Span };
        }

        var text = sign + TextOf(Next()).ToString();
        var span = SpanFrom(start);
        switch (token.Kind)
        {
            case TokenKind.Decimal:
                return new DecimalLiteral(text) { Span = span };
            case TokenKind.Float:
                var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                if (!double.IsFinite(value))
                {
                    SemanticError("InvalidNumber", span, $"Number overflows DOUBLE: {text}");
                }

                return new DoubleLiteral(value, text) { Span = span };
            default:
                if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                {
                    SemanticError("InvalidNumber", span, $"Invalid numeric literal: {text}", "Write it with a decimal point to make it a DECIMAL.");
                }

                return new IntegerLiteral(whole) { Span = span };
        }
    }

    private CaseExpression ParseCase()
    {
        var start = _position++;
        var operand = At(Keyword.When) ? null : ParseValue();
        List<WhenClause> whens = [];
        do
        {
            var whenStart = _position;
            Expect(Keyword.When);
            var condition = ParseExpression();
            Expect(Keyword.Then);
            var result = ParseExpression();
            whens.Add(new WhenClause(condition, result) { Span = SpanFrom(whenStart) });
        }
        while (At(Keyword.When));

        var otherwise = TryTake(Keyword.Else) ? ParseExpression() : null;
        Expect(Keyword.End);
        var height = Math.Max(Tallest(operand, otherwise), Tallest(whens.SelectMany<WhenClause, Expression>(w => [w.Condition, w.Result])));
        return new CaseExpression(operand, [.. whens], otherwise) { Span = SpanFrom(start), Height = height };
    }

    private CastExpression ParseCast()
    {
        var start = _position++;
        Expect(TokenKind.LeftParen);
        var operand = ParseExpression();
        Expect(Keyword.As);
        var type = ParseType();
        Expect(TokenKind.RightParen);
        return new CastExpression(operand, type) { Span = SpanFrom(start), Height = Tallest(operand) };
    }

    private ArrayExpression ParseArray()
    {
        var start = _position;
        _position += 2;
        SyntaxList<Expression> elements = At(TokenKind.RightBracket) ? [] : ParseList(ParseExpression);
        Expect(TokenKind.RightBracket);
        return new ArrayExpression(elements) { Span = SpanFrom(start), Height = Tallest(elements) };
    }

    private MapExpression ParseMap()
    {
        var start = _position;
        _position += 2;
        SyntaxList<MapEntry> entries = At(TokenKind.RightParen) ? [] : ParseList(ParseMapEntry);
        Expect(TokenKind.RightParen);
        var height = Tallest(entries.SelectMany<MapEntry, Expression>(e => [e.Key, e.Value]));
        return new MapExpression(entries) { Span = SpanFrom(start), Height = height };
    }

    private MapEntry ParseMapEntry()
    {
        var start = _position;
        var key = ParseExpression();
        Expect(TokenKind.Assign);
        var value = ParseExpression();
        return new MapEntry(key, value) { Span = SpanFrom(start) };
    }

    private StructExpression ParseStruct()
    {
        var start = _position;
        _position += 2;
        SyntaxList<StructEntry> fields = At(TokenKind.RightParen) ? [] : ParseList(ParseStructEntry);
        Expect(TokenKind.RightParen);
        return new StructExpression(fields) { Span = SpanFrom(start), Height = Tallest(fields.Select(f => f.Value)) };
    }

    private StructEntry ParseStructEntry()
    {
        var start = _position;
        var name = ParseName("a field name");
        Expect(TokenKind.Assign);
        var value = ParseExpression();
        return new StructEntry(name, value) { Span = SpanFrom(start) };
    }

    private FunctionCall ParseCall()
    {
        var start = _position;
        var name = ParseName("a function name");
        _position++;
        if (At(TokenKind.Asterisk) && Peek(1).Kind == TokenKind.RightParen)
        {
            _position += 2;
            return new FunctionCall(name, [], IsStar: true) { Span = SpanFrom(start) };
        }

        SyntaxList<Expression> arguments = At(TokenKind.RightParen) ? [] : ParseList(ParseArgument);
        CheckLambdasLast(arguments);
        Expect(TokenKind.RightParen);
        return new FunctionCall(name, arguments, IsStar: false) { Span = SpanFrom(start), Height = Tallest(arguments) };
    }

    private void CheckLambdasLast(SyntaxList<Expression> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is LambdaExpression && (i == 0 || (i + 1 < arguments.Count && arguments[i + 1] is not LambdaExpression)))
            {
                SemanticError("MisplacedLambda", arguments[i].Span, "Lambda functions must be the last arguments, after at least one value.");
                return;
            }
        }
    }

    private Expression ParseArgument()
    {
        if (AtLambda())
        {
            return ParseLambda();
        }

        // DAY, HOUR, .. may also be columns: those are left for the analyzer to tell.
        if (UnitOf(Current.Keyword) is { } unit && Keywords.IsReserved(Current.Keyword))
        {
            return new IntervalUnitExpression(unit) { Span = Next().Span };
        }

        if (At(Keyword.Distinct))
        {
            Error("UnexpectedToken", "mismatched input 'DISTINCT'", "COUNT_DISTINCT(x) counts different values.");
            _position++;
        }

        return ParseExpression();
    }

    private bool AtLambda()
    {
        if (AtName)
        {
            return Peek(1).Kind == TokenKind.Lambda;
        }

        if (!At(TokenKind.LeftParen))
        {
            return false;
        }

        var ahead = 1;
        while (IsName(Peek(ahead)) && Peek(ahead + 1).Kind == TokenKind.Comma)
        {
            ahead += 2;
        }

        return IsName(Peek(ahead)) && Peek(ahead + 1).Kind == TokenKind.RightParen && Peek(ahead + 2).Kind == TokenKind.Lambda;
    }

    private LambdaExpression ParseLambda()
    {
        var start = _position;
        SyntaxList<Identifier> parameters;
        if (TryTake(TokenKind.LeftParen))
        {
            parameters = ParseList(() => ParseName());
            Expect(TokenKind.RightParen);
        }
        else
        {
            parameters = [ParseName()];
        }

        Expect(TokenKind.Lambda);
        var body = ParseExpression();
        return new LambdaExpression(parameters, body) { Span = SpanFrom(start), Height = Tallest(body) };
    }
}
