using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

/// <summary>
/// Decides what a tenant may run. Deny by default: a text is refused unless every part of it is known to be allowed, and what runs is
/// printed from the tree, never the text that came. Pure, never throws, bounded in time and memory whatever the text.
/// </summary>
public static class KsqlSandbox
{
    private const char ByteOrderMark = '\ufeff';

    /// <summary>Judges one statement.</summary>
    public static SandboxVerdict Check(SandboxRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var limits = request.Limits;
        var text = request.Sql.StartsWith(ByteOrderMark) ? request.Sql[1..] : request.Sql;
        var tooLong = text.Length > limits.TextLength;
        var diagnostics = new DiagnosticBag(new LineMap(tooLong ? "" : text));
        CheckedStatement? statement = null;
        if (tooLong)
        {
            diagnostics.Error("LimitExceeded", default, $"The text has {text.Length} characters; at most {limits.TextLength} are allowed.",
                "Keep to one query; long lists of values belong in a feed that the query reads.");
        }
        else
        {
            statement = Check(request, text, diagnostics);
        }

        return new SandboxVerdict(
            !diagnostics.HasErrors && statement is not null,
            Shorten(diagnostics.ToImmutable(), limits.DiagnosticsLength),
            diagnostics.HasErrors || statement is null ? [] : [statement]);
    }

    private static CheckedStatement? Check(SandboxRequest request, string text, DiagnosticBag diagnostics)
    {
        TextRules.Check(text, diagnostics);
        PropertyRules.CheckRequest(request.Properties, request.Mode, diagnostics);
        var parsed = KsqlParser.Parse(text);
        foreach (var diagnostic in parsed.Diagnostics)
        {
            diagnostics.Add(diagnostic);
        }

        if (parsed.Statements.Length > 1)
        {
            diagnostics.Error("OneStatementOnly", parsed.Statements[1].Span, "One statement at a time.", "Remove the others.");
        }
        else if (parsed.Statements.IsEmpty && !diagnostics.HasErrors)
        {
            diagnostics.Error("NothingToRun", default, "There is no statement.", "Write a SELECT, for example.");
        }

        if (parsed.Statements.IsEmpty)
        {
            return null;
        }

        var errors = diagnostics.Count;
        SizeRules.Check(parsed.Statements[0], request.Limits, diagnostics);
        if (!diagnostics.HasErrors)
        {
            return new StatementCheck(request, text, diagnostics).Run(parsed.Statements[0]);
        }

        if (diagnostics.Count == errors)
        {
            CheckNames(parsed.Statements[0], request, text, diagnostics);
        }

        return null;
    }

    // A half-written statement can't run, but its names and types are worth checking while it is being written.
    private static void CheckNames(Statement statement, SandboxRequest request, string text, DiagnosticBag diagnostics)
    {
        var query = statement switch
        {
            QueryStatement select => select.Query,
            CreateAsSelect create => create.Query,
            _ => null,
        };
        if (query is not null)
        {
            foreach (var diagnostic in QueryAnalyzer.Analyze(query, request.Catalogue, text, options: request.Analysis).Diagnostics)
            {
                diagnostics.Add(diagnostic);
            }
        }
    }

    private static ImmutableArray<Diagnostic> Shorten(ImmutableArray<Diagnostic> diagnostics, int length)
    {
        var kept = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var diagnostic in diagnostics)
        {
            length -= diagnostic.Code.Length + diagnostic.Message.Length + (diagnostic.Hint?.Length ?? 0);
            if (length < 0 && kept.Count > 0)
            {
                break;
            }

            kept.Add(diagnostic);
        }

        return kept.ToImmutable();
    }
}
