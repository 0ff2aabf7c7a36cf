using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Syntax;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Statements;

/// <summary>One statement on one metastore, and why it was refused first.</summary>
/// <param name="Context">What it is interpreted with.</param>
/// <param name="Before">What there is.</param>
/// <param name="Text">The text that the statement stands in, for positions.</param>
/// <param name="Own">The statement alone.</param>
internal sealed record StatementScope(StatementContext Context, Metastore Before, string Text, string Own)
{
    /// <summary>Why the statement is refused.</summary>
    public StatementError? Error { get; private set; }

    /// <summary>Everything that may be named, with the counts of partitions that there are.</summary>
    public Catalogue Catalogue =>
        new([.. Before.Sources.Values.Select(s => s.Relation with { Partitions = Context.Partitions(s.Relation.Topic) })]);

    /// <summary>Notes why the statement is refused, unless something came first.</summary>
    /// <returns>Always false.</returns>
    public bool Fail(string message, DiagnosticStage stage = DiagnosticStage.Planning)
    {
        Error ??= stage switch
        {
            DiagnosticStage.Building => new(StatementErrorKind.Syntax, $"Failed to prepare statement: {message}", Own),
            DiagnosticStage.Preparing => new(StatementErrorKind.Statement, $"Exception while preparing statement: {message}", Own),
            _ => new(StatementErrorKind.Statement, message, Own),
        };
        return false;
    }

    /// <summary>Notes the error that was found first, if there is one.</summary>
    /// <returns>Whether there is none.</returns>
    public bool Accept(Diagnostic? first)
    {
        Error ??= first is null ? null : StatementError.Of(first, Own);
        return first is null;
    }

    /// <summary>Notes what was noted in another scope.</summary>
    /// <returns>Always false.</returns>
    public bool Copy(StatementScope other)
    {
        Error ??= other.Error;
        return false;
    }

    /// <summary>The outcome of a statement that is refused for what was noted.</summary>
    public StatementOutcome Refused => new() { After = Before, Error = Error };

    /// <summary>The outcome of a statement that is refused.</summary>
    public StatementOutcome Refuse(string message, DiagnosticStage stage = DiagnosticStage.Planning)
    {
        Fail(message, stage);
        return Refused;
    }

    /// <summary>The outcome of a statement that changes nothing, and says why.</summary>
    public StatementOutcome Nothing(string message) => new() { After = Before, Message = message };

    /// <summary>Reads a WITH clause; what is wrong with it is noted.</summary>
    public WithProperties? With(SyntaxList<WithProperty> properties, WithClauseOf of, TextSpan span)
    {
        var diagnostics = new DiagnosticBag(new LineMap(Text));
        var with = WithProperties.Read(properties, of, span, diagnostics);
        return Accept(diagnostics.First) ? with : null;
    }

    /// <summary>Whether a format can carry columns; if not, that is noted.</summary>
    public bool Check(FormatSpec format, IReadOnlyList<Column> columns, bool isKey) =>
        FormatRules.Problem(format, columns, isKey) is not { } problem || Fail(problem);

    /// <summary>Whether a source's timestamp column can be read as a time; if not, that is noted.</summary>
    public bool CheckTimestamp(TimestampColumn? timestamp, RelationSchema schema) =>
        TimestampRules.Problem(timestamp, schema.Columns) is not { } problem || Fail(problem);

    /// <summary>STREAM or TABLE.</summary>
    public static string Word(RelationKind kind) => kind == RelationKind.Stream ? "STREAM" : "TABLE";

    /// <summary>Stream or table in small letters.</summary>
    public static string SmallWord(RelationKind kind) => kind == RelationKind.Stream ? "stream" : "table";

    /// <summary>The kind that a statement names.</summary>
    public static RelationKind KindOf(SourceKind kind) => kind == SourceKind.Stream ? RelationKind.Stream : RelationKind.Table;
}
