using System.Text.RegularExpressions;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Topics;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Features.Plans;

/// <summary>Plans in the words and groups of a page.</summary>
public static partial class PlanWords
{
    private static readonly (string Title, string[] Types)[] Groups =
    [
        ("Topics", ["topic", "topic-config", "partitions", "replication"]),
        ("Rights", ["scram-user", "acl"]),
        ("Quotas", ["quota"]),
        ("Connectors", ["connector"]),
        ("ksqlDB", ["ksql-service", "ksql-stream", "ksql-query"]),
    ];

    public static IEnumerable<(string Title, IReadOnlyList<Change> Changes)> Grouped(this Plan plan) => Groups
        .Select(g => (g.Title, (IReadOnlyList<Change>)[.. plan.Changes.Where(c => g.Types.Contains(c.ResourceType))]))
        .Append(("Other", [.. plan.Changes.Where(c => !Groups.Any(g => g.Types.Contains(c.ResourceType)))]))
        .Where(g => g.Item2.Count > 0);

    /// <summary>Which way a change goes, for one that is done or being done.</summary>
    public static string Verb(this ChangeKind kind) => kind switch
    {
        ChangeKind.Create => "add",
        ChangeKind.Delete => "remove",
        _ => "change",
    };

    /// <summary>A state with each time and size in people's units behind it: <c>retention.ms=604800000 (7 d)</c>.</summary>
    public static string? InUnits(string? state) => state is null ? null : Figures().Replace(state, figure =>
        TopicWords.Setting(figure.Groups["name"].Value, figure.Groups["value"].Value) is { } words ? $"{figure.Value} ({words})" : figure.Value);

    public static string Word(string resourceType) => resourceType switch
    {
        "acl" => "ACL",
        "scram-user" => "SCRAM user",
        "topic-config" => "topic config",
        "ksql-service" => "service",
        "ksql-stream" => "stream",
        "ksql-query" => "query",
        _ => resourceType,
    };

    public static (string Sign, Tone Tone) Sign(this ChangeKind kind) => kind switch
    {
        ChangeKind.Create => ("+", Tone.Ok),
        ChangeKind.Delete => ("−", Tone.Bad),
        _ => ("~", Tone.Info),
    };

    public static (string Text, Tone Tone, string Icon) Word(this ChangeRisk risk) => risk switch
    {
        ChangeRisk.Safe => ("safe", Tone.Plain, PioneerIcons.Check),
        ChangeRisk.InterruptsDelivery => ("interrupts delivery", Tone.Warn, PioneerIcons.Warning),
        ChangeRisk.RemovesRights => ("takes rights", Tone.Warn, PioneerIcons.Warning),
        ChangeRisk.WeakensProtection => ("protects less", Tone.Bad, PioneerIcons.Warning),
        _ => ("destroys data", Tone.Bad, PioneerIcons.Problem),
    };

    /// <summary>The look of a blocked difference's callout, and what follows its name.</summary>
    public static (string Look, string What) Word(BlockKind kind) => kind switch
    {
        BlockKind.Withheld => ("bad", "cannot be made"),
        BlockKind.Waits => ("warn", "waits"),
        _ => ("bad", "cannot be mended by a plan"),
    };

    [GeneratedRegex(@"(?<name>[a-z][a-z.]*\.(ms|bytes))=(?<value>-?[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Figures();

    public static string Count(int changes) => Plural.Of(changes, "change");
}
