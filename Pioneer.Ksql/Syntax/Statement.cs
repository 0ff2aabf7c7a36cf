namespace Pioneer.Ksql.Syntax;

/// <summary>One statement.</summary>
public abstract record Statement : SyntaxNode;

/// <summary>Whether a statement is about a stream or a table.</summary>
public enum SourceKind
{
    /// <summary>A stream: every record is an event.</summary>
    Stream,

    /// <summary>A table: a record replaces the one of the same key.</summary>
    Table,
}

/// <summary>A statement that could not be read; the diagnostics say why.</summary>
public sealed record IncompleteStatement : Statement;

/// <summary>A SELECT on its own: a pull query, or a push query with EMIT.</summary>
public sealed record QueryStatement(Query Query) : Statement;

/// <summary><c>CREATE STREAM|TABLE s (..) WITH (..)</c>.</summary>
public sealed record CreateSource(
    SourceKind Kind,
    bool OrReplace,
    bool IsReadOnlySource,
    bool IfNotExists,
    Identifier Name,
    SyntaxList<ColumnDefinition> Elements,
    SyntaxList<WithProperty> Properties) : Statement;

/// <summary><c>CREATE STREAM|TABLE s WITH (..) AS SELECT ..</c>.</summary>
public sealed record CreateAsSelect(
    SourceKind Kind,
    bool OrReplace,
    bool IfNotExists,
    Identifier Name,
    SyntaxList<WithProperty> Properties,
    Query Query) : Statement;

/// <summary><c>INSERT INTO s WITH (..) SELECT ..</c>.</summary>
public sealed record InsertInto(Identifier Target, SyntaxList<WithProperty> Properties, Query Query) : Statement;

/// <summary><c>INSERT INTO s (..) VALUES (..)</c>.</summary>
public sealed record InsertValues(Identifier Target, SyntaxList<Identifier> Columns, SyntaxList<Expression> Values) : Statement;

/// <summary>A column of CREATE.</summary>
public sealed record ColumnDefinition(Identifier Name, TypeSyntax Type, ColumnConstraint Constraint, string? Header) : SyntaxNode;

/// <summary>What is special about a declared column.</summary>
public enum ColumnConstraint
{
    /// <summary>Nothing: a value column.</summary>
    None,

    /// <summary>KEY of a stream.</summary>
    Key,

    /// <summary>PRIMARY KEY of a table.</summary>
    PrimaryKey,

    /// <summary>HEADERS: all headers of the record.</summary>
    Headers,

    /// <summary>HEADER('k'): one header.</summary>
    Header,
}

/// <summary><c>name = literal</c> in WITH.</summary>
public sealed record WithProperty(Identifier Name, Literal Value) : SyntaxNode;

/// <summary><c>DROP STREAM|TABLE s [DELETE TOPIC]</c>.</summary>
public sealed record DropSource(SourceKind Kind, bool IfExists, Identifier Name, bool DeleteTopic) : Statement;

/// <summary><c>ALTER STREAM|TABLE s ADD COLUMN c TYPE</c>.</summary>
public sealed record AlterSource(SourceKind Kind, Identifier Name, SyntaxList<AddColumn> Additions) : Statement;

/// <summary><c>ADD COLUMN c TYPE</c>.</summary>
public sealed record AddColumn(Identifier Name, TypeSyntax Type) : SyntaxNode;

/// <summary><c>CREATE TYPE n AS type</c>.</summary>
public sealed record CreateType(bool IfNotExists, Identifier Name, TypeSyntax Type) : Statement;

/// <summary><c>DROP TYPE n</c>.</summary>
public sealed record DropType(bool IfExists, Identifier Name) : Statement;

/// <summary>Which way a connector moves data.</summary>
public enum ConnectorDirection
{
    /// <summary>Either.</summary>
    Any,

    /// <summary>Into Kafka.</summary>
    Source,

    /// <summary>Out of Kafka.</summary>
    Sink,
}

/// <summary><c>CREATE SOURCE|SINK CONNECTOR n WITH (..)</c>.</summary>
public sealed record CreateConnector(
    ConnectorDirection Direction,
    bool IfNotExists,
    Identifier Name,
    SyntaxList<WithProperty> Properties) : Statement;

/// <summary><c>DROP CONNECTOR n</c>.</summary>
public sealed record DropConnector(bool IfExists, Identifier Name) : Statement;

/// <summary>What to do with a running query.</summary>
public enum QueryAction
{
    /// <summary>End it for good.</summary>
    Terminate,

    /// <summary>Hold it.</summary>
    Pause,

    /// <summary>Let it go on.</summary>
    Resume,
}

/// <summary><c>TERMINATE|PAUSE|RESUME id|ALL</c>; ALL is a null <paramref name="QueryId"/>.</summary>
public sealed record ControlQuery(QueryAction Action, Identifier? QueryId) : Statement;

/// <summary><c>EXPLAIN statement|id</c>: one of the two is set.</summary>
public sealed record Explain(Statement? Statement, Identifier? QueryId) : Statement;

/// <summary>What SHOW and LIST can show.</summary>
public enum ListSubject
{
    /// <summary>PROPERTIES.</summary>
    Properties,

    /// <summary>TOPICS.</summary>
    Topics,

    /// <summary>STREAMS.</summary>
    Streams,

    /// <summary>TABLES.</summary>
    Tables,

    /// <summary>FUNCTIONS.</summary>
    Functions,

    /// <summary>CONNECTORS.</summary>
    Connectors,

    /// <summary>CONNECTOR PLUGINS.</summary>
    ConnectorPlugins,

    /// <summary>TYPES.</summary>
    Types,

    /// <summary>VARIABLES.</summary>
    Variables,

    /// <summary>QUERIES.</summary>
    Queries,
}

/// <summary><c>SHOW</c> and its other name <c>LIST</c>.</summary>
public sealed record ListStatement(ListSubject Subject, bool All, bool Extended, ConnectorDirection Direction) : Statement;

/// <summary><c>DESCRIBE s [EXTENDED]</c>.</summary>
public sealed record DescribeSource(Identifier Name, bool Extended) : Statement;

/// <summary><c>DESCRIBE STREAMS|TABLES [EXTENDED]</c>.</summary>
public sealed record DescribeAll(SourceKind Kind, bool Extended) : Statement;

/// <summary><c>DESCRIBE FUNCTION f</c>.</summary>
public sealed record DescribeFunction(Identifier Name) : Statement;

/// <summary><c>DESCRIBE CONNECTOR c</c>.</summary>
public sealed record DescribeConnector(Identifier Name) : Statement;

/// <summary>The name of something outside ksqlDB: never folded.</summary>
public sealed record ResourceName(string Text) : SyntaxNode;

/// <summary><c>PRINT topic</c>.</summary>
public sealed record PrintTopic(ResourceName Topic, bool FromBeginning, long? Interval, long? Limit) : Statement;

/// <summary><c>SET 'p'='v'</c>.</summary>
public sealed record SetProperty(string Name, string Value) : Statement;

/// <summary><c>UNSET 'p'</c>.</summary>
public sealed record UnsetProperty(string Name) : Statement;

/// <summary><c>ALTER SYSTEM 'p'='v'</c>.</summary>
public sealed record AlterSystem(string Name, string Value) : Statement;

/// <summary><c>DEFINE n = 'v'</c>.</summary>
public sealed record DefineVariable(Identifier Name, string Value) : Statement;

/// <summary><c>UNDEFINE n</c>.</summary>
public sealed record UndefineVariable(Identifier Name) : Statement;

/// <summary><c>ASSERT [NOT EXISTS] TOPIC t</c>.</summary>
public sealed record AssertTopic(
    bool NotExists,
    ResourceName Topic,
    SyntaxList<WithProperty> Properties,
    DurationSyntax? Timeout) : Statement;

/// <summary><c>ASSERT [NOT EXISTS] SCHEMA</c>.</summary>
public sealed record AssertSchema(bool NotExists, ResourceName? Subject, long? Id, DurationSyntax? Timeout) : Statement;
