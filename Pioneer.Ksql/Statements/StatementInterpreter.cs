using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Statements;

/// <summary>
/// What statements mean, as pure steps from one metastore to the next: nothing is created, written or started here. Refusals are worded as
/// ksqlDB words them.
/// </summary>
/// <param name="context">Settings, functions and what there is outside.</param>
public sealed class StatementInterpreter(StatementContext context)
{
    /// <summary>Why a text can't be read at all; null when every statement of it can be tried.</summary>
    /// <param name="parsed">The text, parsed.</param>
    /// <param name="text">The text.</param>
    public static StatementError? SyntaxError(ParseResult parsed, string text)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var first = parsed.Diagnostics.FirstOrDefault(d => d is { Severity: Severity.Error, Stage: DiagnosticStage.Syntax });
        return first is null ? null : StatementError.Of(first, text);
    }

    /// <summary>Carries a statement out on a metastore.</summary>
    /// <param name="before">What there is.</param>
    /// <param name="parsed">The text that the statement stands in.</param>
    /// <param name="text">The text.</param>
    /// <param name="statement">The statement.</param>
    public StatementOutcome Run(Metastore before, ParseResult parsed, string text, Statement statement)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(statement);
        var own = text[statement.Span.Start..statement.Span.End];
        var first = parsed.Diagnostics.FirstOrDefault(d => d.Severity == Severity.Error && Covers(statement.Span, d.Span));
        if (first is not null)
        {
            return new StatementOutcome { After = before, Error = StatementError.Of(first, own) };
        }

        var scope = new StatementScope(context, before, text, own);
        return statement switch
        {
            CreateSource create => new SourceCreation(scope, create).Run(),
            CreateAsSelect create => new QueryCreation(scope).Run(create),
            InsertInto insert => new QueryCreation(scope).Run(insert),
            InsertValues insert => new ValueInsertion(scope, insert).Run(),
            DropSource drop => new SourceRemoval(scope, drop).Run(),
            AlterSource alter => new SourceAlteration(scope, alter).Run(),
            CreateType or DropType => new TypeRegistration(scope).Run(statement),
            ControlQuery { Action: QueryAction.Terminate } control => Terminate(scope, control),
            _ => scope.Refuse($"Do not know how to execute statement: {own}"),
        };
    }

    private static StatementOutcome Terminate(StatementScope scope, ControlQuery control)
    {
        var ids = control.QueryId is { Text: var id } ? [id] : scope.Before.Queries.Keys.ToArray();
        return ids.FirstOrDefault(i => !scope.Before.Queries.ContainsKey(i)) is { } unknown
            ? scope.Refuse($"Unknown queryId: {unknown}")
            : new StatementOutcome
            {
                After = scope.Before with { Queries = scope.Before.Queries.RemoveRange(ids) },
                Message = "Query terminated.",
                Ended = [.. ids],
            };
    }

    private static bool Covers(TextSpan whole, TextSpan part) => whole.Start <= part.Start && part.Start <= whole.End;
}
