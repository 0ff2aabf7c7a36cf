using System.Collections.Immutable;

namespace Pioneer.Ksql.Syntax;

// Every statement but the query itself.
internal sealed partial class Parser
{
    private static readonly ImmutableArray<string> StatementWords =
    [
        "SELECT", "CREATE", "INSERT", "DROP", "ALTER", "TERMINATE", "PAUSE", "RESUME", "EXPLAIN", "SHOW", "LIST", "DESCRIBE", "PRINT",
        "SET", "UNSET", "DEFINE", "UNDEFINE", "ASSERT",
    ];

    private Statement ParseStatement()
    {
        var depth = _depth;
        Statement statement = Enter() ? ParseStatementByWord() : new IncompleteStatement();
        _depth = depth;
        return statement;
    }

    private Statement ParseStatementByWord()
    {
        var start = _position;
        switch (Current.Keyword)
        {
            case Keyword.Select:
                var query = ParseQuery();
                return new QueryStatement(query) { Span = query.Span };
            case Keyword.Create:
                return ParseCreate();
            case Keyword.Insert:
                return ParseInsert();
            case Keyword.Drop:
                return ParseDrop();
            case Keyword.Alter:
                return ParseAlter();
            case Keyword.Terminate or Keyword.Pause or Keyword.Resume:
                return ParseControlQuery();
            case Keyword.Explain:
                return ParseExplain();
            case Keyword.Show or Keyword.List:
                return ParseListStatement();
            case Keyword.Describe:
                return ParseDescribe();
            case Keyword.Print:
                return ParsePrint();
            case Keyword.Set:
                return ParseSet();
            case Keyword.Unset:
                _position++;
                return new UnsetProperty(ParseString("a property")) { Span = SpanFrom(start) };
            case Keyword.Define:
                return ParseDefine();
            case Keyword.Undefine:
                _position++;
                return new UndefineVariable(ParseName("a variable")) { Span = SpanFrom(start) };
            case Keyword.Assert:
                return ParseAssert();
            default:
                return UnknownStatement();
        }
    }

    private IncompleteStatement UnknownStatement()
    {
        var start = _position;
        var word = Current.Kind is TokenKind.Identifier or TokenKind.Keyword ? NameOf(Current) : null;
        var near = word is null ? null : EditDistance.Nearest(word, StatementWords);
        Error("UnknownStatement", $"Unknown statement {Shown(Current)}", near is null ? null : $"Did you mean {near}?");
        SkipToEnd();
        return new IncompleteStatement { Span = SpanFrom(start) };
    }

    private IncompleteStatement Unexpected(int start, string expecting)
    {
        Error("UnexpectedToken", $"Expecting {expecting}, found {Shown(Current)}");
        SkipToEnd();
        return new IncompleteStatement { Span = SpanFrom(start) };
    }

    private bool ParseIfNotExists()
    {
        if (!At(Keyword.If, Keyword.Not))
        {
            return false;
        }

        _position += 2;
        Expect(Keyword.Exists);
        return true;
    }

    private bool ParseIfExists() => TryTake(Keyword.If, Keyword.Exists);

    private SourceKind? TryParseSourceKind() =>
        TryTake(Keyword.Stream) ? SourceKind.Stream : TryTake(Keyword.Table) ? SourceKind.Table : null;

    private Statement ParseCreate()
    {
        var start = _position++;
        var orReplace = false;
        if (TryTake(Keyword.Or))
        {
            orReplace = Expect(Keyword.Replace);
        }

        if (!orReplace && TryTake(Keyword.Type))
        {
            return ParseCreateType(start);
        }

        if (!orReplace && Current.Keyword is Keyword.Source or Keyword.Sink && Peek(1).Keyword == Keyword.Connector)
        {
            return ParseCreateConnector(start);
        }

        var isSource = TryTake(Keyword.Source);
        return TryParseSourceKind() is { } kind
            ? ParseCreateSource(start, kind, orReplace, isSource)
            : Unexpected(start, "STREAM, TABLE, TYPE or a connector");
    }

    private Statement ParseCreateSource(int start, SourceKind kind, bool orReplace, bool isSource)
    {
        var ifNotExists = ParseIfNotExists();
        var name = ParseSourceName();
        SyntaxList<ColumnDefinition> elements = [];
        var elementsAt = Current.Span;
        if (TryTake(TokenKind.LeftParen))
        {
            elements = ParseList(ParseColumnDefinition);
            Expect(TokenKind.RightParen);
        }

        var properties = ParseWithProperties();
        if (!TryTake(Keyword.As))
        {
            return new CreateSource(kind, orReplace, isSource, ifNotExists, name, elements, properties) { Span = SpanFrom(start) };
        }

        if (elements.Count > 0 || isSource)
        {
            var what = isSource ? "SOURCE" : "a column list";
            SemanticError("UnexpectedToken", elementsAt, $"CREATE .. AS SELECT does not take {what}", "The columns are those of the SELECT.");
        }

        var query = ParseQuery();
        return new CreateAsSelect(kind, orReplace, ifNotExists, name, properties, query) { Span = SpanFrom(start) };
    }

    private ColumnDefinition ParseColumnDefinition()
    {
        var start = _position;
        var name = ParseName("a column name");
        var type = ParseType();
        var constraint = ColumnConstraint.None;
        string? header = null;
        if (TryTake(Keyword.Primary))
        {
            Expect(Keyword.Key);
            constraint = ColumnConstraint.PrimaryKey;
        }
        else if (TryTake(Keyword.Key))
        {
            constraint = ColumnConstraint.Key;
        }
        else if (TryTake(Keyword.Headers))
        {
            constraint = ColumnConstraint.Headers;
        }
        else if (TryTake(Keyword.Header))
        {
            constraint = ColumnConstraint.Header;
            Expect(TokenKind.LeftParen);
            header = ParseString("a header's name");
            Expect(TokenKind.RightParen);
        }

        if (!At(TokenKind.Comma) && !At(TokenKind.RightParen) && !AtEnd)
        {
            Error("UnexpectedToken", $"mismatched input {Shown(Current)}", "Separate columns with commas.");
        }

        return new ColumnDefinition(name, type, constraint, header) { Span = SpanFrom(start) };
    }

    private SyntaxList<WithProperty> ParseWithProperties()
    {
        if (!TryTake(Keyword.With))
        {
            return [];
        }

        Expect(TokenKind.LeftParen);
        var properties = ParseList(ParseWithProperty);
        Expect(TokenKind.RightParen);
        return properties;
    }

    private WithProperty ParseWithProperty()
    {
        var start = _position;
        var token = Current;
        Identifier name;
        if (token.Kind == TokenKind.String)
        {
            _position++;
            name = new Identifier(Unquote(TextOf(token))) { Span = token.Span };
        }
        else
        {
            name = ParseName("a property");
        }

        Expect(TokenKind.Equal);
        return new WithProperty(name, ParseLiteral()) { Span = SpanFrom(start) };
    }

    private Literal ParseLiteral()
    {
        var token = Current;
        if (token.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Decimal or TokenKind.Float or TokenKind.Minus
            || token.Keyword is Keyword.Null or Keyword.True or Keyword.False)
        {
            return (Literal)ParsePrimary();
        }

        Error("MissingLiteral", $"Expecting a literal, found {Shown(token)}", AtName ? "Strings are in single quotes." : null);
        if (AtName)
        {
            _position++;
        }

        return new NullLiteral { Span = token.Span };
    }

    private CreateType ParseCreateType(int start)
    {
        var ifNotExists = ParseIfNotExists();
        var name = ParseName("a type name");
        Expect(Keyword.As);
        var type = ParseType();
        return new CreateType(ifNotExists, name, type) { Span = SpanFrom(start) };
    }

    private CreateConnector ParseCreateConnector(int start)
    {
        var direction = Next().Keyword == Keyword.Source ? ConnectorDirection.Source : ConnectorDirection.Sink;
        _position++;
        var ifNotExists = ParseIfNotExists();
        var name = ParseName("a connector name");
        if (!At(Keyword.With))
        {
            Error("MissingKeyword", $"Expecting WITH, found {Shown(Current)}");
        }

        var properties = ParseWithProperties();
        return new CreateConnector(direction, ifNotExists, name, properties) { Span = SpanFrom(start) };
    }

    private Statement ParseInsert()
    {
        var start = _position++;
        Expect(Keyword.Into);
        var target = ParseSourceName();
        if (At(Keyword.With) || At(Keyword.Select))
        {
            var properties = ParseWithProperties();
            var query = ParseQuery();
            return new InsertInto(target, properties, query) { Span = SpanFrom(start) };
        }

        SyntaxList<Identifier> columns = [];
        if (TryTake(TokenKind.LeftParen))
        {
            columns = ParseList(() => ParseName("a column name"));
            Expect(TokenKind.RightParen);
        }

        if (!Expect(Keyword.Values))
        {
            SkipToEnd();
            return new IncompleteStatement { Span = SpanFrom(start) };
        }

        Expect(TokenKind.LeftParen);
        SyntaxList<Expression> values = At(TokenKind.RightParen) ? [] : ParseList(() => ParseValue());
        Expect(TokenKind.RightParen);
        return new InsertValues(target, columns, values) { Span = SpanFrom(start) };
    }

    private Statement ParseDrop()
    {
        var start = _position++;
        if (TryTake(Keyword.Connector))
        {
            return new DropConnector(ParseIfExists(), ParseName("a connector name")) { Span = SpanFrom(start) };
        }

        if (TryTake(Keyword.Type))
        {
            return new DropType(ParseIfExists(), ParseName("a type name")) { Span = SpanFrom(start) };
        }

        if (TryParseSourceKind() is not { } kind)
        {
            return Unexpected(start, "STREAM, TABLE, TYPE or CONNECTOR");
        }

        var ifExists = ParseIfExists();
        var name = ParseSourceName();
        var deleteTopic = TryTake(Keyword.Delete) && Expect(Keyword.Topic);
        return new DropSource(kind, ifExists, name, deleteTopic) { Span = SpanFrom(start) };
    }

    private Statement ParseAlter()
    {
        var start = _position++;
        if (TryTake(Keyword.System))
        {
            var property = ParseString("a property");
            Expect(TokenKind.Equal);
            return new AlterSystem(property, ParseString("a value")) { Span = SpanFrom(start) };
        }

        if (TryParseSourceKind() is not { } kind)
        {
            return Unexpected(start, "STREAM, TABLE or SYSTEM");
        }

        var name = ParseSourceName();
        var additions = ParseList(ParseAddColumn);
        return new AlterSource(kind, name, additions) { Span = SpanFrom(start) };
    }

    private AddColumn ParseAddColumn()
    {
        var start = _position;
        Expect(Keyword.Add);
        TryTake(Keyword.Column);
        var name = ParseName("a column name");
        return new AddColumn(name, ParseType()) { Span = SpanFrom(start) };
    }

    private ControlQuery ParseControlQuery()
    {
        var start = _position;
        var action = Next().Keyword switch
        {
            Keyword.Terminate => QueryAction.Terminate,
            Keyword.Pause => QueryAction.Pause,
            _ => QueryAction.Resume,
        };
        var id = TryTake(Keyword.All) ? null : ParseName("a query id or ALL");
        return new ControlQuery(action, id) { Span = SpanFrom(start) };
    }

    private Explain ParseExplain()
    {
        var start = _position++;
        if (AtName && Peek(1).Kind is TokenKind.Semicolon or TokenKind.EndOfFile)
        {
            return new Explain(null, ParseName()) { Span = SpanFrom(start) };
        }

        var statement = ParseStatement();
        return new Explain(statement, null) { Span = SpanFrom(start) };
    }

    private Statement ParseListStatement()
    {
        var start = _position++;
        var all = At(Keyword.All, Keyword.Topics) && TryTake(Keyword.All);
        var direction = TryTake(Keyword.Source) ? ConnectorDirection.Source : TryTake(Keyword.Sink) ? ConnectorDirection.Sink : ConnectorDirection.Any;
        ListSubject? subject = Current.Keyword switch
        {
            Keyword.Connectors => ListSubject.Connectors,
            _ when direction != ConnectorDirection.Any => null,
            Keyword.Properties => ListSubject.Properties,
            Keyword.Topics => ListSubject.Topics,
            Keyword.Streams => ListSubject.Streams,
            Keyword.Tables => ListSubject.Tables,
            Keyword.Functions => ListSubject.Functions,
            Keyword.Connector when Peek(1).Keyword == Keyword.Plugins => ListSubject.ConnectorPlugins,
            Keyword.Types => ListSubject.Types,
            Keyword.Variables => ListSubject.Variables,
            Keyword.Queries => ListSubject.Queries,
            _ => null,
        };
        if (subject is null)
        {
            return Unexpected(start, "STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS, TYPES, PROPERTIES, VARIABLES or CONNECTORS");
        }

        _position += subject == ListSubject.ConnectorPlugins ? 2 : 1;
        var extended = subject is ListSubject.Topics or ListSubject.Streams or ListSubject.Tables or ListSubject.Queries && TryTake(Keyword.Extended);
        return new ListStatement(subject.Value, all, extended, direction) { Span = SpanFrom(start) };
    }

    private Statement ParseDescribe()
    {
        var start = _position++;
        if (At(Keyword.Function) && IsName(Peek(1)))
        {
            _position++;
            return new DescribeFunction(ParseName()) { Span = SpanFrom(start) };
        }

        if (TryTake(Keyword.Connector))
        {
            return new DescribeConnector(ParseName("a connector name")) { Span = SpanFrom(start) };
        }

        if (Current.Keyword is Keyword.Streams or Keyword.Tables)
        {
            var kind = Next().Keyword == Keyword.Streams ? SourceKind.Stream : SourceKind.Table;
            return new DescribeAll(kind, TryTake(Keyword.Extended)) { Span = SpanFrom(start) };
        }

        var name = ParseSourceName();
        return new DescribeSource(name, TryTake(Keyword.Extended)) { Span = SpanFrom(start) };
    }

    private PrintTopic ParsePrint()
    {
        var start = _position++;
        var topic = ParseResourceName("a topic");
        var fromBeginning = TryTake(Keyword.From) && Expect(Keyword.Beginning);
        long? interval = TryTake(Keyword.Interval) || TryTake(Keyword.Sample) ? ParseWholeNumber("INTERVAL") : null;
        long? limit = TryTake(Keyword.Limit) ? ParseWholeNumber("LIMIT") : null;
        return new PrintTopic(topic, fromBeginning, interval, limit) { Span = SpanFrom(start) };
    }

    private SetProperty ParseSet()
    {
        var start = _position++;
        var name = ParseString("a property");
        Expect(TokenKind.Equal);
        return new SetProperty(name, ParseString("a value")) { Span = SpanFrom(start) };
    }

    private DefineVariable ParseDefine()
    {
        var start = _position++;
        var name = ParseName("a variable");
        Expect(TokenKind.Equal);
        return new DefineVariable(name, ParseString("a value")) { Span = SpanFrom(start) };
    }

    private Statement ParseAssert()
    {
        var start = _position++;
        var notExists = At(Keyword.Not) && TryTake(Keyword.Not) && Expect(Keyword.Exists);
        if (TryTake(Keyword.Topic))
        {
            var topic = ParseResourceName("a topic");
            var properties = ParseWithProperties();
            return new AssertTopic(notExists, topic, properties, ParseTimeout()) { Span = SpanFrom(start) };
        }

        if (!TryTake(Keyword.Schema))
        {
            // ASSERT VALUES, ASSERT STREAM and the like belong to ksqlDB's test tool, which no server accepts either.
            return Unexpected(start, "TOPIC or SCHEMA");
        }

        var subject = TryTake(Keyword.Subject) ? ParseResourceName("a subject") : null;
        long? id = TryTake(Keyword.Id) ? ParseWholeNumber("ID") : null;
        return new AssertSchema(notExists, subject, id, ParseTimeout()) { Span = SpanFrom(start) };
    }

    private DurationSyntax? ParseTimeout() => TryTake(Keyword.Timeout) ? ParseDuration("TIMEOUT") : null;
}
