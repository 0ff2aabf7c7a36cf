using System.Collections.Immutable;

namespace Pioneer.Embedded.Broker.Cluster;

/// <summary>What a topic may be called.</summary>
public static class TopicName
{
    /// <summary>The longest name.</summary>
    public const int MaxLength = 249;

    /// <summary>Why a name is refused, in Kafka's words; null when it is fine.</summary>
    public static string? Refusal(string name)
    {
        if (name.Length == 0)
        {
            return "Topic name is invalid: the empty string is not allowed";
        }

        if (name is "." or "..")
        {
            return $"Topic name is invalid: '{name}' is not allowed";
        }

        if (name.Length > MaxLength)
        {
            return $"Topic name is invalid: the length of '{name[..32]}...' is longer than the max allowed length {MaxLength}";
        }

        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
    }

    /// <summary>An existing topic whose name differs from this one only in dots and underscores; metrics could not tell them apart.</summary>
    public static string? Collision(string name, ImmutableSortedDictionary<string, TopicMetadata> topics)
    {
        if (!name.AsSpan().ContainsAny('.', '_'))
        {
            return null;
        }

        var folded = Folded(name);
        return topics.Keys.FirstOrDefault(other => other.Length == name.Length && other != name && Folded(other) == folded);
    }

    private static string Folded(string name) => name.Replace('.', '_');
}
