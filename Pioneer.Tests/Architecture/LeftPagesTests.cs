using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Xunit;

namespace Pioneer.Tests.Architecture;

/// <summary>
/// Leaving a page ends what it reads, never what a person has begun there: the token that is cancelled with a component is handed to reads alone, each
/// of which is named here. A command takes none.
/// </summary>
public sealed partial class LeftPagesTests
{
    private static readonly FrozenSet<string> Reads = FrozenSet.ToFrozenSet(
    [
        "CatalogueAsync", "DraftsAsync", "FindAsync", "FindDraftAsync", "GetAsync", "LastDoneAsync", "ListAsync", "OpenAsync", "PlanAsync", "PreviewAsync",
        "SubscriptionsAsync",
    ]);

    [Fact]
    public void Only_what_is_named_as_a_read_is_cancelled_when_a_page_is_left()
    {
        var cancelled = Directory.EnumerateFiles(RepositoryFolder.Of("Pioneer.Portal", "Features"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .SelectMany(file => CallsIn(File.ReadAllText(file)).Select(call => (File: Path.GetFileName(file), Call: call))).ToList();

        Assert.Equal(Reads.Order(StringComparer.Ordinal), cancelled.Select(found => found.Call).Where(Reads.Contains).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(cancelled.Where(found => !Reads.Contains(found.Call)).Select(found => $"{found.File}: {found.Call}"));
    }

    private static IEnumerable<string> CallsIn(string text) => Token().Matches(text).Select(token => CallAround(text, token.Index));

    /// <summary>The name before the parenthesis that is open at a place of the text.</summary>
    private static string CallAround(string text, int place)
    {
        for (var depth = 0; place > 0 && depth < 1;)
        {
            depth += text[--place] switch { '(' => 1, ')' => -1, _ => 0 };
        }

        return Name().Match(text[..place]).Value;
    }

    [GeneratedRegex(@"\b_gone\.Token\b|\bGone\b(?!\.IsCancellationRequested)")]
    private static partial Regex Token();

    [GeneratedRegex(@"\w*$")]
    private static partial Regex Name();
}
