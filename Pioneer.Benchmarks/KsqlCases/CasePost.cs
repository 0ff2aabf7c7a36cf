using System.Text.Json;
using System.Text.RegularExpressions;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Statements;
using Pioneer.Ksql.Types;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Checks what must be so in the end: streams, tables and topics.</summary>
internal sealed class CasePost(KsqlCase test, CaseBroker broker, Metastore metastore)
{
    /// <summary>What is not so; null for nothing.</summary>
    public string? Check()
    {
        if (test.Post is not { } post)
        {
            return null;
        }

        return Items(post, "sources").Select(Source).FirstOrDefault(p => p is not null)
            ?? (post.TryGetProperty("topics", out var topics) && topics.ValueKind == JsonValueKind.Object ? Topics(topics) : null);
    }

    private string? Source(JsonElement expected)
    {
        var name = expected.GetProperty("name").GetString()!;
        if (metastore.Find(name)?.Relation is not { } actual)
        {
            return $"There is no {name}";
        }

        if (!string.Equals(Text(expected, "type"), actual.Kind.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            return $"{name} is a {actual.Kind}";
        }

        if (Text(expected, "schema") is { } schema && !SameSchema(RelationSchema.Parse(schema), actual))
        {
            return $"{name} has {actual.Schema} instead of {schema}";
        }

        return Formats(expected, actual) is { } problem ? $"{name}: {problem}" : null;
    }

    private static bool SameSchema(RelationSchema expected, Relation actual)
    {
        static IEnumerable<string> Shown(RelationSchema schema) =>
            schema.Keys.Concat(schema.Columns.Where(c => !c.IsKey)).Select(c => c.ToString());

        return Shown(expected).SequenceEqual(Shown(actual.Schema));
    }

    private static string? Formats(JsonElement expected, Relation actual)
    {
        if (expected.TryGetProperty("keyFormat", out var key) && key.ValueKind == JsonValueKind.Object)
        {
            if (Text(key, "format") != actual.KeyFormat.Name || Text(key, "windowType") != actual.Window?.Name)
            {
                return $"key format {actual.KeyFormat.Name} {actual.Window} instead of {key}";
            }

            var size = key.TryGetProperty("windowSize", out var s) && s.ValueKind == JsonValueKind.Number ? s.GetInt64() : (long?)null;
            if (size != actual.Window?.SizeMs)
            {
                return $"window size {actual.Window?.SizeMs} instead of {size}";
            }
        }

        if (Text(expected, "valueFormat") is { } value && value != actual.ValueFormat.Name)
        {
            return $"value format {actual.ValueFormat.Name} instead of {value}";
        }

        return Features(expected, "keyFeatures", actual.KeyFormat, actual.Schema.Keys.Count())
            ?? Features(expected, "valueFeatures", actual.ValueFormat, actual.Schema.Values.Count())
            ?? (expected.TryGetProperty("isSource", out var isSource) && isSource.GetBoolean() != actual.IsReadOnly
                ? "isSource differs"
                : null);
    }

    private static string? Features(JsonElement expected, string name, FormatSpec format, int columns)
    {
        if (!expected.TryGetProperty(name, out var features) || features.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var wanted = string.Join(",", features.EnumerateArray().Select(f => f.GetString()).Order(StringComparer.Ordinal));
        return wanted == format.Features(columns) ? null : $"{name} [{format.Features(columns)}] instead of [{wanted}]";
    }

    private string? Topics(JsonElement topics)
    {
        if (Text(topics, "blacklist") is { } pattern
            && broker.Topics.FirstOrDefault(t => Regex.IsMatch(t, pattern, RegexOptions.None, TimeSpan.FromSeconds(5))) is { } forbidden)
        {
            return $"Topic {forbidden} matches {pattern}";
        }

        return Items(topics, "topics").Select(Topic).FirstOrDefault(p => p is not null);
    }

    private string? Topic(JsonElement expected)
    {
        var name = expected.GetProperty("name").GetString()!;
        if (broker.Partitions(name) is not { } partitions)
        {
            return $"There is no topic {name} among {string.Join(", ", broker.Topics)}";
        }

        if (expected.TryGetProperty("partitions", out var count)
            && count.ValueKind == JsonValueKind.Number
            && count.GetInt32() != partitions)
        {
            return $"Topic {name} has {partitions} partitions instead of {count}";
        }

        var relation = metastore.Sources.Values.FirstOrDefault(s => s.Relation.Topic == name)?.Relation;
        var (key, value) = relation is null ? broker.InternalFormats.GetValueOrDefault(name) : (relation.KeyFormat, relation.ValueFormat);
        return Same(expected, "keyFormat", key) && Same(expected, "valueFormat", value)
            ? null
            : $"Topic {name} has formats {key?.Name}, {value?.Name} instead of {expected}";
    }

    private static bool Same(JsonElement expected, string name, FormatSpec? actual) =>
        !expected.TryGetProperty(name, out var format)
        || format.ValueKind != JsonValueKind.Object
        || Text(format, "format") == actual?.Name;

    private static JsonElement[] Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
