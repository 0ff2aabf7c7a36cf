using System.Globalization;

namespace Pioneer.Domain.Provisioning;

/// <summary>States of resources as text for plans, journals and audit; secrets never appear.</summary>
internal static class ChangeText
{
    public static string Topic(TopicSpec topic)
    {
        var configs = topic.Configs.IsEmpty ? "" : $"; {Map(topic.Configs)}";
        return string.Create(CultureInfo.InvariantCulture, $"{topic.Partitions} partitions, replication {topic.ReplicationFactor}{configs}");
    }

    public static string Map(IEnumerable<KeyValuePair<string, string>> map) => string.Join(", ", map.Select(pair => $"{pair.Key}={pair.Value}"));

    public static string MapWithDefaults(IEnumerable<KeyValuePair<string, string?>> map) =>
        string.Join(", ", map.Select(pair => $"{pair.Key}={pair.Value ?? "(default)"}"));

    public static string Limits(IEnumerable<KeyValuePair<string, double?>> limits) => string.Join(
        ", ", limits.Select(limit => $"{limit.Key}={limit.Value?.ToString(CultureInfo.InvariantCulture) ?? "(none)"}"));

    public static string Columns(KsqlStreamSpec stream) =>
        $"{stream.Topic} ({string.Join(", ", stream.Columns.Select(column => $"{column.Name} {column.Type}{(column.IsKey ? " KEY" : "")}"))})";

    public static string Connector(IEnumerable<KeyValuePair<string, string>> config, bool paused)
    {
        var shown = config.Select(pair => $"{pair.Key}={ConnectorSpec.Shown(pair.Key, pair.Value)}");
        return $"{(paused ? "paused" : "running")}; {string.Join(", ", shown)}";
    }
}
