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

    /// <summary>Whether the limit is reached: more is dropped.</summary>
    public bool IsFull => _diagnostics.Count >= MaxDiagnostics;

    /// <summary>How many there are.</summary>
    public int Count => _diagnostics.Count;

    /// <summary>Adds an error.</summary>
    public void Error(string code, TextSpan span, string message, string? hint = null) => Add(code, Severity.Error, span, message, hint);

    /// <summary>Adds a warning.</summary>
    public void Warning(string code, TextSpan span, string message, string? hint = null) => Add(code, Severity.Warning, span, message, hint);

    /// <summary>Adds one that exists.</summary>
    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == Severity.Error;
        if (!IsFull)
        {
            _diagnostics.Add(diagnostic);
        }
    }

    /// <summary>Everything so far, in the order of the text.</summary>
    public ImmutableArray<Diagnostic> ToImmutable() => [.. _diagnostics.OrderBy(d => d.Span.Start)];

    private void Add(string code, Severity severity, TextSpan span, string message, string? hint)
    {
        if (IsFull)
        {
            HasErrors |= severity == Severity.Error;
            return;
        }

        Add(new Diagnostic(code, severity, Shorten(message), hint, span, _lines.PositionOf(span.Start), _lines.PositionOf(span.End)));
    }

    // Messages quote the text they are about, which may be long.
    private static string Shorten(string message) => message.Length > MaxMessageLength ? message[..MaxMessageLength] + ".." : message;
}
