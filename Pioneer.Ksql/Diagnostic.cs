using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql;

/// <summary>How bad a diagnostic is. Only <see cref="Error"/> keeps a statement from running.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>Runs, but probably not as meant.</summary>
    Warning,

    /// <summary>Can't run.</summary>
    Error,
}

/// <summary>Where in the life of a statement something was found; ksqlDB words its answers by it.</summary>
public enum DiagnosticStage
{
    /// <summary>The text can't be read.</summary>
    Syntax,

    /// <summary>The text can be read, but a part of it has no meaning by itself: a literal, a property, an alias.</summary>
    Building,

    /// <summary>Names are resolved.</summary>
    Preparing,

    /// <summary>Types are checked and a plan is made.</summary>
    Planning,
}

/// <summary>
/// Something to say about a piece of ksql text.
/// </summary>
/// <param name="Code">A stable name of the fact, such as <c>UnknownColumn</c>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">One sentence, in ksqlDB's words where ksqlDB has words for it.</param>
/// <param name="Hint">The way out, when there is an obvious one.</param>
/// <param name="Span">The piece of text, in UTF-16 units from 0.</param>
/// <param name="Start">Where the piece begins, 1-based.</param>
/// <param name="End">Where the piece ends (exclusive), 1-based.</param>
public sealed record Diagnostic(
    string Code,
    Severity Severity,
    string Message,
    string? Hint,
    TextSpan Span,
    TextPosition Start,
    TextPosition End)
{
    /// <summary>Where in the life of the statement it was found.</summary>
    public DiagnosticStage Stage { get; init; } = DiagnosticStage.Planning;

    /// <summary>What ksqlDB says in full, where that is more than <see cref="Message"/>: positions, alternatives, links.</summary>
    public string? FullText { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"line {Start.Line}:{Start.Column}: {Code}: {Message}{(Hint is null ? "" : $" ({Hint})")}";
}
