namespace Pioneer.Ksql.Statements;

/// <summary>Kinds of refusals, as ksqlDB has classes for them.</summary>
public enum StatementErrorKind
{
    /// <summary>The text can't be read (ParseFailedException).</summary>
    Syntax,

    /// <summary>The statement can't run (KsqlStatementException).</summary>
    Statement,
}

/// <summary>Why a statement is refused.</summary>
/// <param name="Kind">Which kind of refusal.</param>
/// <param name="Message">The whole message in ksqlDB's words.</param>
/// <param name="StatementText">The statement.</param>
public sealed record StatementError(StatementErrorKind Kind, string Message, string StatementText)
{
    /// <summary>The message with the statement, as logs have it.</summary>
    public string FullMessage => $"{Message}\nStatement: {StatementText}";

    /// <summary>What is answered where a diagnostic keeps a statement from running.</summary>
    /// <param name="diagnostic">The error that was found first.</param>
    /// <param name="statement">The statement.</param>
    public static StatementError Of(Diagnostic diagnostic, string statement)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        var text = diagnostic.FullText ?? diagnostic.Message;
        return diagnostic.Stage switch
        {
            DiagnosticStage.Syntax => new(
                StatementErrorKind.Syntax, $"line {diagnostic.Start.Line}:{diagnostic.Start.Column}: Syntax Error\n{text}", statement),
            DiagnosticStage.Building => new(StatementErrorKind.Syntax, $"Failed to prepare statement: {text}", statement),
            DiagnosticStage.Preparing => new(StatementErrorKind.Statement, $"Exception while preparing statement: {text}", statement),
            _ => new(StatementErrorKind.Statement, text, statement),
        };
    }
}
