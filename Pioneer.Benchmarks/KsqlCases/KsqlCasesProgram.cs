using System.Globalization;
using System.Text.Json;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Runs ksqlDB's conformance cases against the language and the engine, and counts.</summary>
internal static class KsqlCasesProgram
{
    private const string Usage = "ksql-cases PATH... [--list failed|skipped] [--id ID] [--json FILE]";

    public static async Task<int> RunAsync(string[] args)
    {
        List<string> paths = [];
        string? list = null, id = null, json = null;
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--list" when value is not null:
                    (list, i) = (value, i + 1);
                    break;
                case "--id" when value is not null:
                    (id, i) = (value, i + 1);
                    break;
                case "--json" when value is not null:
                    (json, i) = (value, i + 1);
                    break;
                default:
                    paths.Add(args[i]);
                    break;
            }
        }

        if (paths.Count == 0 || paths.Exists(p => p.StartsWith('-')))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        CaseResult[] results = [.. KsqlCase.Read(paths).Where(c => c.IsEnabled && (id is null || c.Id == id)).Select(CaseRunner.Run)];
        Print(results, list, id);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(
                results.Select(r => new { id = r.Case.Id, verdict = r.Verdict.ToString(), reason = r.Reason })));
        }

        return results.Any(r => r.Verdict == CaseVerdict.Failed) ? 1 : 0;
    }

    private static void Print(CaseResult[] results, string? list, string? id)
    {
        foreach (var file in results.GroupBy(r => r.Case.File))
        {
            Console.WriteLine($"{file.Key}: {Counts([.. file])}");
        }

        var skipped = results.Where(r => r.Verdict == CaseVerdict.Skipped).GroupBy(r => r.Reason.Split('\n')[0]);
        foreach (var reason in skipped.OrderByDescending(g => g.Count()))
        {
            Console.WriteLine($"skipped {reason.Count().ToString(CultureInfo.InvariantCulture)}: {reason.Key}");
        }

        foreach (var result in results.Where(r => IsListed(r, list, id)))
        {
            Console.WriteLine($"{result.Verdict}: {result.Case.Id}\n  {result.Reason}");
        }

        Console.WriteLine(Counts(results));
    }

    private static bool IsListed(CaseResult result, string? list, string? id) =>
        id is not null || string.Equals(list, result.Verdict.ToString(), StringComparison.OrdinalIgnoreCase);

    private static string Counts(CaseResult[] results)
    {
        int Count(CaseVerdict verdict) => results.Count(r => r.Verdict == verdict);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(CaseVerdict.Passed)} passed, {Count(CaseVerdict.Failed)} failed, {Count(CaseVerdict.Skipped)} skipped");
    }
}
