using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Xunit;

namespace Pioneer.Tests.Architecture;

/// <summary>
/// Tests wait for states by <see cref="Wait"/>, with one <see cref="Patience"/>. What lets time pass by itself is named here with its reason: each such
/// line is a guess at how fast a machine is unless the passing of time is what is tested.
/// </summary>
public sealed partial class WaitingTests
{
    private static readonly FrozenDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["Wait.cs"] = "the waiter itself",
        ["BrokerCrashTests.cs"] = "a kill comes at any moment; a client that is refused tries again",
        ["ApiStoryTests.cs"] = "a kill comes at any moment",
        ["LostNodeStory.cs"] = "the outage lasts as long as somebody asks for",
        ["ConnectTranscript.cs"] = "Kafka Connect says when it is to be asked again",
    }.ToFrozenDictionary();

    [Fact]
    public void Only_what_is_named_lets_time_pass()
    {
        var files = Directory.EnumerateFiles(RepositoryFolder.Of("Pioneer.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Generated().IsMatch(file)).ToList();
        Assert.NotEmpty(files);

        var passing = files.Where(file => LetsTimePass().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).Order(StringComparer.Ordinal);

        Assert.Equal(Reasons.Keys.Order(StringComparer.Ordinal), passing);
    }

    [GeneratedRegex(@"\b(Task\.Delay|Thread\.Sleep|SpinWait\.SpinUntil)\(")]
    private static partial Regex LetsTimePass();

    [GeneratedRegex(@"[/\\](obj|bin)[/\\]")]
    private static partial Regex Generated();
}
