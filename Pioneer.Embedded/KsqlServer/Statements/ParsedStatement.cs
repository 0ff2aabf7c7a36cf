using System.Collections.Immutable;
using Pioneer.Ksql;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>A statement with its own text, property overrides included.</summary>
internal sealed record ParsedStatement(Statement Syntax, string Text, ImmutableDictionary<string, string> Properties)
{
    /// <summary>Reads a request's text; a syntax error anywhere refuses all of it.</summary>
    public static ImmutableArray<ParsedStatement> ParseAll(string text, ImmutableDictionary<string, string> properties)
    {
        var parsed = KsqlParser.Parse(text);
        Refuse(parsed.Diagnostics, text, syntax: true);
        return [.. parsed.Statements.Select(s => Alone(Slice(text, s), properties))];
    }

    /// <summary>Reads one statement that was accepted before, from the command log.</summary>
    public static ParsedStatement Alone(string text, ImmutableDictionary<string, string> properties)
    {
        var parsed = KsqlParser.Parse(text);
        Refuse(parsed.Diagnostics, text, syntax: true);
        return parsed.Statements is [var only]
            ? new ParsedStatement(only, text, properties)
            : throw KsqlException.BadRequest($"Expected exactly one KSQL statement; found {parsed.Statements.Length} instead");
    }

    /// <summary>Throws for the first error among diagnostics.</summary>
    public static void Refuse(ImmutableArray<Diagnostic> diagnostics, string text, bool syntax = false)
    {
        if (diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } error)
        {
            var position = syntax ? $"line {error.Start.Line}:{error.Start.Column}: " : string.Empty;
            var hint = error.Hint is null ? string.Empty : "\n" + error.Hint;
            throw KsqlException.BadStatement(position + error.Message + hint, text);
        }
    }

    private static string Slice(string text, Statement statement)
    {
        var slice = text.Substring(statement.Span.Start, statement.Span.Length).Trim();
        return slice.EndsWith(';') ? slice : slice + ";";
    }
}
