using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Analysis;

/// <summary>
/// What is said about a stream or table that is not in a catalogue: the same words whether someone else has it or nobody does, and
/// suggestions out of that catalogue only.
/// </summary>
public static class UnknownNames
{
    private const int MaxListed = 5;

    /// <summary>Reports the name as unknown.</summary>
    public static void Report(Identifier name, Catalogue catalogue, DiagnosticBag diagnostics) =>
        diagnostics.Error(
            "UnknownSource",
            name.Span,
            $"Unknown stream or table: {name.Text} does not exist.",
            Hint(name.Text, catalogue),
            $"{name.Text} does not exist.");

    private static string? Hint(string name, Catalogue catalogue)
    {
        var sameLetters = catalogue.Relations.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
        var near = sameLetters?.Name ?? EditDistance.Nearest(name, catalogue.Relations.Select(r => r.Name));
        if (near is not null)
        {
            return $"Did you mean {KsqlPrinter.PrintName(near)}?";
        }

        var listed = string.Join(", ", catalogue.Relations.Take(MaxListed).Select(r => KsqlPrinter.PrintName(r.Name)));
        return listed.Length == 0 ? null : $"You can read {listed}{(catalogue.Relations.Length > MaxListed ? ", .." : "")}.";
    }
}
