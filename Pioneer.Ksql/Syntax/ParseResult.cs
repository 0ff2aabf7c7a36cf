using System.Collections.Immutable;

namespace Pioneer.Ksql.Syntax;

/// <summary>What a text says, and what is wrong with it. There is a tree even where there are errors.</summary>
/// <param name="Statements">Every statement of the text, those with errors included.</param>
/// <param name="Diagnostics">At most <see cref="DiagnosticBag.MaxDiagnostics"/>, in the order of the text.</param>
public sealed record ParseResult(ImmutableArray<Statement> Statements, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>Whether some of it can't be read.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);
}
