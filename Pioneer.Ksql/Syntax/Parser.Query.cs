namespace Pioneer.Ksql.Syntax;

// SELECT and its clauses. Clauses in the wrong order are read all the same, with an error that says the order.
internal sealed partial class Parser
{
    private Query ParseQuery()
    {
        var start = _position;
        Expect(Keyword.Select);
        if (At(Keyword.Distinct))
        {
            Error("UnexpectedToken", "mismatched input 'DISTINCT'", "SELECT DISTINCT is not part of ksql: GROUP BY the columns instead.");
            _position++;
        }

        var select = ParseList(ParseSelectItem);
        if (!AtEnd && !At(Keyword.From) && !StartsClause())
        {
            ExplainStraySelectToken();
        }

        var from = Expect(Keyword.From) ? ParseFrom() : new FromClause(new SourceReference(new Identifier(""), null), []);
        var clauses = ParseClauses();
        return new Query(
            select,
            from,
            clauses.Window,
            clauses.Where,
            clauses.GroupBy,
            clauses.PartitionBy,
            clauses.Having,
            clauses.Emit,
            clauses.Limit) { Span = SpanFrom(start), HasEmptyPartitionBy = clauses.HasEmptyPartitionBy };
    }

    private void ExplainStraySelectToken()
    {
        var typo = At(TokenKind.Identifier) && EditDistance.IsClose(NameOf(Current), "FROM");
        if (typo)
        {
            return; // Expect(FROM) says it better
        }

        Error("UnexpectedToken", $"extraneous input {Shown(Current)}", "Separate selected items with commas; FROM ends the list.");
        while (!AtEnd && !StartsClause())
        {
            _position++;
        }
    }

    private SelectItem ParseSelectItem()
    {
        var start = _position;
        if (TryTake(TokenKind.Asterisk))
        {
            return new SelectAll(null) { Span = SpanFrom(start) };
        }

        if (AtName && Peek(1).Kind == TokenKind.Dot && Peek(2).Kind == TokenKind.Asterisk)
        {
            var source = ParseName();
            _position += 2;
            return new SelectAll(source) { Span = SpanFrom(start) };
        }

        var expression = ParseExpression();
        if (At(TokenKind.StructField) && Peek(1).Kind == TokenKind.Asterisk)
        {
            _position += 2;
            return new SelectStructAll(expression) { Span = SpanFrom(start) };
        }

        Identifier? alias = null;
        if (TryTake(Keyword.As))
        {
            alias = ParseName("an alias");
        }
        else if (AtName && !LooksLikeFrom())
        {
            alias = ParseName();
        }

        return new SelectExpression(expression, alias) { Span = SpanFrom(start) };
    }

    // SELECT a FORM payments: the slip must not be taken for an alias.
    private bool LooksLikeFrom() =>
        At(TokenKind.Identifier) && EditDistance.IsClose(NameOf(Current), "FROM") && IsName(Peek(1));

    private FromClause ParseFrom()
    {
        var start = _position;
        var source = ParseSourceReference();
        List<JoinClause> joins = [];
        while (AtJoin())
        {
            joins.Add(ParseJoin());
        }

        if (At(TokenKind.Comma))
        {
            Error("UnexpectedToken", "mismatched input ','", "List one source and JOIN the others, each with ON.");
            while (!AtEnd && !StartsClause())
            {
                _position++;
            }
        }

        return new FromClause(source, [.. joins]) { Span = SpanFrom(start) };
    }

    private SourceReference ParseSourceReference()
    {
        var start = _position;
        if (At(TokenKind.LeftParen))
        {
            Error("SubqueryNotSupported", "mismatched input '('", "Subqueries are not part of ksql: name a stream or a table here.");
            SkipOverParentheses();
        }

        var name = ParseSourceName();
        if (At(TokenKind.LeftParen))
        {
            Error("UnexpectedToken", "mismatched input '('", "FROM takes a stream or a table; table functions go into the SELECT list.");
            SkipOverParentheses();
        }

        Identifier? alias = null;
        if (TryTake(Keyword.As))
        {
            alias = ParseSourceName("an alias");
        }
        else if (AtName && !StartsClause() && !StartsForeignClause())
        {
            alias = ParseSourceName();
        }

        return new SourceReference(name, alias) { Span = SpanFrom(start) };
    }

    private void SkipOverParentheses()
    {
        _position++;
        while (!AtEnd)
        {
            SkipToListEnd();
            if (AtEnd || TryTake(TokenKind.RightParen))
            {
                return;
            }

            _position++;
        }
    }

    private bool StartsForeignClause() => At(TokenKind.Identifier) && NameOf(Current) switch
    {
        "ORDER" => Peek(1).Keyword == Keyword.By,
        "UNION" or "EXCEPT" or "INTERSECT" => Peek(1).Keyword is Keyword.All or Keyword.Select or Keyword.Distinct,
        "OFFSET" => Peek(1).Kind == TokenKind.Integer,
        "CROSS" or "NATURAL" => Peek(1).Keyword == Keyword.Join,
        _ => false,
    };

    private bool AtJoin() => Current.Keyword is Keyword.Join or Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full;

    private JoinClause ParseJoin()
    {
        var start = _position;
        var kind = Current.Keyword switch
        {
            Keyword.Left => JoinKind.Left,
            Keyword.Right => JoinKind.Right,
            Keyword.Full => JoinKind.Full,
            _ => JoinKind.Inner,
        };
        if (!At(Keyword.Join))
        {
            _position++;
            if (kind != JoinKind.Inner)
            {
                TryTake(Keyword.Outer);
            }
        }

        Expect(Keyword.Join);
        var source = ParseSourceReference();
        var within = At(Keyword.Within) ? ParseWithin() : null;
        Expression criteria = Expect(Keyword.On) ? ParseExpression() : Missing();
        return new JoinClause(kind, source, within, criteria) { Span = SpanFrom(start) };
    }

    private WithinClause ParseWithin()
    {
        var start = _position++;
        DurationSyntax before;
        DurationSyntax after;
        if (TryTake(TokenKind.LeftParen))
        {
            before = ParseDuration("WITHIN");
            Expect(TokenKind.Comma);
            after = ParseDuration("WITHIN");
            Expect(TokenKind.RightParen);
        }
        else
        {
            before = after = ParseDuration("WITHIN");
        }

        var grace = TryTake(Keyword.Grace, Keyword.Period) ? ParseDuration("GRACE PERIOD") : null;
        return new WithinClause(before, after, grace) { Span = SpanFrom(start) };
    }

    private sealed class Clauses
    {
        public WindowClause? Window { get; set; }

        public Expression? Where { get; set; }

        public SyntaxList<Expression> GroupBy { get; set; } = [];

        public SyntaxList<Expression> PartitionBy { get; set; } = [];

        public bool HasEmptyPartitionBy { get; set; }

        public Expression? Having { get; set; }

        public EmitMode Emit { get; set; }

        public LimitClause? Limit { get; set; }
    }

    private static readonly string[] ClauseOrder = ["WINDOW", "WHERE", "GROUP BY", "PARTITION BY", "HAVING", "EMIT", "LIMIT"];

    private Clauses ParseClauses()
    {
        var clauses = new Clauses();
        var last = -1;
        while (true)
        {
            SkipForeignClauses();
            var rank = ClauseRank();
            if (rank < 0)
            {
                return clauses;
            }

            if (rank <= last)
            {
                var message = rank == last ? $"{ClauseOrder[rank]} is given twice" : $"{ClauseOrder[rank]} must come before {ClauseOrder[last]}";
                SemanticError("MisplacedClause", Current.Span, message, $"The order is {string.Join(", ", ClauseOrder)}.");
            }

            last = Math.Max(last, rank);
            ParseClause(rank, clauses);
        }
    }

    private int ClauseRank() => Current.Keyword switch
    {
        Keyword.Window => 0,
        Keyword.Where => 1,
        Keyword.Group => 2,
        Keyword.Partition when Peek(1).Keyword == Keyword.By => 3,
        Keyword.Having => 4,
        Keyword.Emit => 5,
        Keyword.Limit => 6,
        _ => -1,
    };

    private void ParseClause(int rank, Clauses clauses)
    {
        switch (rank)
        {
            case 0:
                clauses.Window = ParseWindow();
                break;
            case 1:
                _position++;
                clauses.Where = ParseExpression();
                break;
            case 2:
                clauses.GroupBy = ParseGrouping();
                break;
            case 3:
                clauses.PartitionBy = ParseGrouping();
                clauses.HasEmptyPartitionBy = clauses.PartitionBy.Count == 0;
                break;
            case 4:
                _position++;
                clauses.Having = ParseExpression();
                break;
            case 5:
                clauses.Emit = ParseEmit();
                break;
            default:
                var start = _position++;
                clauses.Limit = new LimitClause(ParseWholeNumber("LIMIT")) { Span = SpanFrom(start) };
                break;
        }
    }

    private void SkipForeignClauses()
    {
        while (StartsForeignClause())
        {
            var word = NameOf(Current);
            var shown = word == "ORDER" ? "ORDER BY" : word;
            var hint = word switch
            {
                "ORDER" => "Rows come in the order of the stream; ksql has no ORDER BY.",
                "UNION" => "Use one INSERT INTO .. SELECT for each source.",
                "CROSS" or "NATURAL" => "Joins need a condition: JOIN .. ON ..",
                _ => $"ksql has no {shown}.",
            };
            Error("UnexpectedToken", $"mismatched input '{shown}'", hint);
            _position++;
            while (!AtEnd && !StartsClause() && !StartsForeignClause())
            {
                _position++;
            }
        }
    }

    private EmitMode ParseEmit()
    {
        _position++;
        if (TryTake(Keyword.Changes))
        {
            return EmitMode.Changes;
        }

        if (TryTake(Keyword.Final))
        {
            return EmitMode.Final;
        }

        Error("MissingKeyword", $"Expecting CHANGES or FINAL, found {Shown(Current)}", "Write EMIT CHANGES.");
        if (At(TokenKind.Identifier))
        {
            _position++;
        }

        return EmitMode.Changes;
    }

    // GROUP BY and PARTITION BY: a list, or one list in parentheses.
    private SyntaxList<Expression> ParseGrouping()
    {
        _position++;
        Expect(Keyword.By);
        if (!At(TokenKind.LeftParen) || !ParenthesesEndTheClause())
        {
            return ParseList(() => ParseValue());
        }

        _position++;
        SyntaxList<Expression> expressions = At(TokenKind.RightParen) ? [] : ParseList(ParseExpression);
        Expect(TokenKind.RightParen);
        return expressions;
    }

    private bool ParenthesesEndTheClause()
    {
        var start = _position++;
        var nesting = 1;
        for (; !AtEnd && nesting > 0; _position++)
        {
            nesting += Current.Kind switch
            {
                TokenKind.LeftParen => 1,
                TokenKind.RightParen => -1,
                _ => 0,
            };
        }

        var ends = AtEnd || ClauseRank() >= 0;
        _position = start;
        return ends;
    }

    private WindowClause? ParseWindow()
    {
        var start = _position++;
        TryTake(TokenKind.Identifier);
        var kind = Current.Keyword;
        if (kind is not (Keyword.Tumbling or Keyword.Hopping or Keyword.Session))
        {
            Error("MissingKeyword", $"Expecting TUMBLING, HOPPING or SESSION, found {Shown(Current)}", "For example: WINDOW TUMBLING (SIZE 1 HOUR).");
            while (!AtEnd && !StartsClause())
            {
                _position++;
            }

            return null;
        }

        _position++;
        Expect(TokenKind.LeftParen);
        if (kind != Keyword.Session)
        {
            Expect(Keyword.Size);
        }

        var size = ParseDuration("the window");
        var advance = size;
        if (kind == Keyword.Hopping)
        {
            Expect(TokenKind.Comma);
            Expect(Keyword.Advance);
            Expect(Keyword.By);
            advance = ParseDuration("ADVANCE BY");
        }

        DurationSyntax? retention = null;
        DurationSyntax? grace = null;
        while (TryTake(TokenKind.Comma))
        {
            if (grace is null && retention is null && TryTake(Keyword.Retention))
            {
                retention = ParseDuration("RETENTION");
            }
            else if (grace is null && TryTake(Keyword.Grace, Keyword.Period))
            {
                grace = ParseDuration("GRACE PERIOD");
            }
            else
            {
                Error("UnexpectedToken", $"mismatched input {Shown(Current)}", "Only RETENTION and then GRACE PERIOD may follow.");
                SkipToListEnd();
            }
        }

        Expect(TokenKind.RightParen);
        var span = SpanFrom(start);
        return kind switch
        {
            Keyword.Tumbling => new TumblingWindow(size, retention, grace) { Span = span },
            Keyword.Hopping => new HoppingWindow(size, advance, retention, grace) { Span = span },
            _ => new SessionWindow(size, retention, grace) { Span = span },
        };
    }
}
