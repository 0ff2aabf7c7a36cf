using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.Ksql;

/// <summary>ksqlDB's own cases, which lie beside the repository where people work on it and nowhere else.</summary>
public static class KsqlCases
{
    /// <summary>The folder of the cases, or null where there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Every case: its id, statements and expected exception.</summary>
    public static IEnumerable<KsqlCase> All()
    {
        Assert.SkipWhen(Folder is null, "ksqlDB's cases are not present (../shared/ksql-cases)");
        foreach (var file in Directory.EnumerateFiles(Folder!, "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                string[] statements = [.. root.GetProperty("statements").EnumerateArray().Select(s => s.GetString()!)];
                string? message = null;
                var fails = root.TryGetProperty("expectedException", out var exception) && exception.ValueKind == JsonValueKind.Object;
                if (fails && exception.TryGetProperty("message", out var text))
                {
                    message = text.GetString();
                }

                var rung = root.TryGetProperty("needs", out var needs) ? needs.GetProperty("rung").GetString()! : "";
                Dictionary<string, string> schemas = [];
                if (root.TryGetProperty("plan", out var plan) && plan.ValueKind == JsonValueKind.Object)
                {
                    foreach (var source in plan.GetProperty("sources").EnumerateArray())
                    {
                        schemas[source.GetProperty("name").GetString()!] = source.GetProperty("schema").GetString()!;
                    }
                }

                yield return new KsqlCase(root.GetProperty("id").GetString()!, rung, statements, fails, message, schemas);
            }
        }
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var cases = Path.Combine(folder.FullName, "shared", "ksql-cases", "open");
            if (Directory.Exists(cases))
            {
                return cases;
            }
        }

        return null;
    }
}

/// <summary>One of ksqlDB's cases, as far as the language is concerned.</summary>
public sealed record KsqlCase(string Id, string Rung, string[] Statements, bool Fails, string? Message, IReadOnlyDictionary<string, string> Schemas)
{
    public string Text => string.Join('\n', Statements);
}
