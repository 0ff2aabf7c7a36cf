using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql;

/// <summary>Collects diagnostics over one text, up to a limit, and resolves their positions.</summary>
public sealed class DiagnosticBag
{
    /// <summary>Nobody reads more than this, and an answer stays small.</summary>
    public const int MaxDiagnostics = 50;

    private const int MaxMessageLength = 500;

    private readonly ImmutableArray<Diagnostic>.Builder _diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
    private readonly LineMap _lines;

    /// <summary>A bag for diagnostics about the text that <paramref name="lines"/> maps.</summary>
    public DiagnosticBag(LineMap lines) => _lines = lines;

    /// <summary>Whether anything in the bag keeps the text from running.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>The error that was found first: the one that ksqlDB, which stops there, answers with.</summary>
    public Diagnostic? First { get; private set; }

    /// <summary>The stage of what is added from here on.</summary>
    public DiagnosticStage Stage { get; set; } = DiagnosticStage.Planning;

    /// <summary>Whether the limit is reached: more is dropped.</summary>
    public bool IsFull => _diagnostics.Count >= MaxDiagnostics;

    /// <summary>How many there are.</summary>
    public int Count => _diagnostics.Count;

    /// <summary>Adds an error.</summary>
    /// <param name="code">A stable name of the fact.</param>
    /// <param name="span">The piece of text.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="hint">The way out.</param>
    /// <param name="fullText">What ksqlDB says, if that is more than <paramref name="message"/>.</param>
    public void Error(string code, TextSpan span, string message, string? hint = null, string? fullText = null) =>
        Add(Severity.Error, code, span, message, hint, fullText);

    /// <summary>Adds an error that ksqlDB answers with the place in front.</summary>
    public void PlacedError(string code, TextSpan span, string message, string? hint = null, string? detail = null)
    {
        var at = _lines.PositionOf(span.Start);
        Add(Severity.Error, code, span, message, hint, $"Line: {at.Line}, Col: {at.Column}: {message}{detail}");
    }

    /// <summary>Adds a warning.</summary>
    public void Warning(string code, TextSpan span, string message, string? hint = null) =>
        Add(Severity.Warning, code, span, message, hint, null);

    /// <summary>Adds one that exists.</summary>
    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == Severity.Error;
        First ??= diagnostic.Severity == Severity.Error ? diagnostic : null;
        if (!IsFull)
        {
            _diagnostics.Add(diagnostic);
        }
    }

    /// <summary>Everything so far, in the order of the text.</summary>
    public ImmutableArray<Diagnostic> ToImmutable() => [.. _diagnostics.OrderBy(d => d.Span.Start)];

    private void Add(Severity severity, string code, TextSpan span, string message, string? hint, string? fullText)
    {
        if (IsFull)
        {
            HasErrors |= severity == Severity.Error;
            return;
        }

        Add(new Diagnostic(code, severity, Shorten(message), hint, span, _lines.PositionOf(span.Start), _lines.PositionOf(span.End))
        {
            Stage = Stage,
            FullText = fullText ?? (message.Length > MaxMessageLength ? message : null),
        });
    }

    // Messages quote the text they are about, which may be long.
    private static string Shorten(string message) => message.Length > MaxMessageLength ? message[..MaxMessageLength] + ".." : message;
}
