using System.Text.RegularExpressions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>The only place that makes or reads topic names: <c>slug.kind.name</c>.</summary>
public static class TopicNames
{
    public static string Feed(TenantSlug tenant, string feed) => $"{tenant}.t.{feed}";

    public static string Pipeline(TenantSlug tenant, string pipeline) => $"{tenant}.w.{pipeline}";

    public static string Delivery(TenantSlug tenant, string subscription) => $"{tenant}.d.{subscription}";

    /// <summary>Private input of one attempt of a seed run.</summary>
    public static string Seed(TenantSlug tenant, string subscription, SeedRunId run, int attempt) =>
        $"{SeedPrefix(tenant, subscription, run)}{attempt}";

    /// <summary>How the private inputs of all attempts of a seed run begin.</summary>
    public static string SeedPrefix(TenantSlug tenant, string subscription, SeedRunId run) => $"{tenant}.s.{subscription}.{run.Value:n}.";

    public static string Quarantine(TenantSlug tenant, string name) => $"{tenant}.q.{name}";

    /// <summary>Everything of a tenant begins with this.</summary>
    public static string Prefix(TenantSlug tenant) => $"{tenant}.";

    /// <summary>
    /// How a prefix begins that Kafka's metrics could not tell from it: 'a.b' and 'a_b' are the same to them, and the second of two such topics is refused.
    /// </summary>
    public static string OtherSpelling(string prefix) => $"{prefix.AsSpan(0, prefix.Length - 1)}_";

    /// <summary>Everything of one kind begins with this, such as <c>acme.d.</c>.</summary>
    public static string Prefix(TenantSlug tenant, TopicKind kind) => $"{tenant}.{Letter(kind)}.";

    /// <summary>Whose topic of what kind it is; null for a name that is not one of ours.</summary>
    public static TenantTopic? Parse(string topic)
    {
        var parts = topic.Split('.', 3);
        if (parts.Length < 3 || parts[1].Length != 1 || parts[2].Length == 0)
        {
            return null;
        }

        TopicKind? kind = parts[1][0] switch
        {
            't' => TopicKind.Feed,
            'w' => TopicKind.Pipeline,
            'd' => TopicKind.Delivery,
            's' => TopicKind.Seed,
            'q' => TopicKind.Quarantine,
            _ => null,
        };
        var slug = TenantSlug.Create(parts[0]);
        return kind is { } known && slug.IsSuccess ? new TenantTopic(slug.Value, known, parts[2]) : null;
    }

    private static char Letter(TopicKind kind) => kind switch
    {
        TopicKind.Feed => 't',
        TopicKind.Pipeline => 'w',
        TopicKind.Delivery => 'd',
        TopicKind.Seed => 's',
        TopicKind.Quarantine => 'q',
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>The second part of a topic's name.</summary>
public enum TopicKind
{
    Feed,
    Pipeline,
    Delivery,
    Seed,
    Quarantine,
}

/// <summary>A topic's name taken apart.</summary>
public sealed record TenantTopic(TenantSlug Tenant, TopicKind Kind, string Name);

/// <summary>Names of feeds, subscriptions, credentials, sources: the last part of topics and principals.</summary>
public static partial class ResourceNames
{
    public const int MaxLength = 60;

    /// <summary>Lower-case letters, digits and single hyphens, beginning with a letter, at most 60 characters.</summary>
    public static Result<string> Check(string what, string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return Error.Invalid("NameMissing", "name", $"The {what} needs a name.", Rule);
        }

        if (name.Length > MaxLength)
        {
            return Error.Invalid("NameTooLong", "name", $"The {what}'s name has {name.Length} characters; at most {MaxLength} are allowed.");
        }

        return Pattern().IsMatch(name) ? name : Error.Invalid("NameMalformed", "name", $"'{name}' cannot name a {what}.", Rule);
    }

    private const string Rule = "Use lower-case letters, digits and single hyphens, beginning with a letter.";

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
