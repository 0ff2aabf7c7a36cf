using System.Text;
using System.Text.Json;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Statements;
using Pioneer.Streams.Rows;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Compares what lies in topics with what a case expects there.</summary>
internal sealed class CaseOutputs(KsqlCase test, CaseBroker broker, Metastore metastore)
{
    private readonly CaseComparer _comparer = new(test.Properties.GetValueOrDefault("use.exact.numeric.comparison") != "false");

    /// <summary>What differs first; null for nothing.</summary>
    public string? Compare() =>
        test.Outputs.GroupBy(o => o.Topic).Select(g => Compare(g.Key, [.. g])).FirstOrDefault(p => p is not null);

    /// <summary>The formats of a topic: those of the stream or table over it.</summary>
    public static (CaseFormat Key, CaseFormat Value, WindowInfo? Window) FormatsOf(Metastore metastore, string topic)
    {
        var relation = metastore.Sources.Values.FirstOrDefault(s => s.Relation.Topic == topic)?.Relation;
        return relation is null
            ? (new CaseFormat(new FormatSpec(FormatKind.Kafka), []), new CaseFormat(FormatSpec.Json, []), null)
            : (new CaseFormat(relation.KeyFormat, [.. relation.Schema.Keys]),
                new CaseFormat(relation.ValueFormat, [.. relation.Schema.Values]),
                relation.Window);
    }

    private string? Compare(string topic, CaseRecord[] expected)
    {
        var actual = broker.Log(topic);
        var problem = expected.Length == actual.Count ? null : $"{topic}: expected {expected.Length} records, found {actual.Count}";
        var (key, value, window) = FormatsOf(metastore, topic);
        for (var i = 0; i < Math.Min(expected.Length, actual.Count) && problem is null; i++)
        {
            problem = Compare(expected[i], actual[i], key, value, window) is { } difference ? $"{topic}, record {i}: {difference}" : null;
        }

        return problem is null ? null : problem + Shown(expected, actual, key, value, window);
    }

    private string? Compare(CaseRecord expected, SourceRecord actual, CaseFormat keys, CaseFormat values, WindowInfo? info)
    {
        var (bytes, window) = CaseFormat.OffWindow(actual.Key, info);
        if (!IsWindow(expected.Window, window))
        {
            return $"window {window} instead of {expected.Window}";
        }

        if (!_comparer.Matches(expected.Key, keys.Read(bytes)))
        {
            return "key differs";
        }

        if (!_comparer.Matches(expected.Value, values.Read(actual.Value)))
        {
            return "value differs";
        }

        var anyTime = test.Inputs.Length == 0 && expected.TimeMs == 0;
        if (expected.TimeMs is { } timeMs && timeMs != actual.TimeMs && !anyTime)
        {
            return $"timestamp {actual.TimeMs} instead of {timeMs}";
        }

        return expected.Headers.Length == actual.Headers.Length
            && expected.Headers.Zip(actual.Headers).All(p =>
                p.First.Key == p.Second.Key && p.First.Value.AsSpan().SequenceEqual(p.Second.Value))
            ? null
            : "headers differ";
    }

    private static bool IsWindow(JsonElement? expected, WindowBounds? actual) => (expected, actual) switch
    {
        (null, null) => true,
        ({ } e, { } a) => e.GetProperty("start").GetInt64() == a.StartMs
            && e.GetProperty("end").GetInt64() == a.EndMs
            && e.GetProperty("type").GetString()!.Equals("session", StringComparison.OrdinalIgnoreCase) == a.IsSession,
        _ => false,
    };

    private static string Shown(
        CaseRecord[] expected, IReadOnlyList<SourceRecord> actual, CaseFormat keys, CaseFormat values, WindowInfo? info)
    {
        var text = new StringBuilder();
        foreach (var e in expected)
        {
            text.Append($"\n  - {Raw(e.Key)} {e.Window} = {Raw(e.Value)} @{e.TimeMs}");
        }

        foreach (var a in actual)
        {
            var (key, window) = CaseFormat.OffWindow(a.Key, info);
            text.Append($"\n  + {Raw(keys.Read(key).Json)} {window} = {Raw(values.Read(a.Value).Json)} @{a.TimeMs}");
        }

        return text.ToString();
    }

    private static string Raw(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? "null" : json.GetRawText();
}
