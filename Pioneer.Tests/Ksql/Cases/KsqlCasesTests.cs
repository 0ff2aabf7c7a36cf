using Pioneer.Benchmarks.KsqlCases;
using Xunit;

namespace Pioneer.Tests.Ksql.Cases;

/// <summary>Language and engine against ksqlDB's own conformance cases.</summary>
public sealed class KsqlCasesTests(ITestOutputHelper output)
{
    [Fact]
    public void Cases_fail_only_where_the_list_says_so_and_the_list_only_shrinks()
    {
        var results = OpenCases.All().AsParallel().Select(CaseRunner.Run).ToList();

        var listed = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Ksql", "Cases", "failing.txt"))
            .Where(l => l.Length > 0 && l[0] != '#')
            .ToHashSet(StringComparer.Ordinal);
        var failed = results.Where(r => r.Verdict == CaseVerdict.Failed).ToDictionary(r => r.Case.Id, r => r.Reason);
        output.WriteLine($"{results.Count(r => r.Verdict == CaseVerdict.Passed)} passed, {failed.Count} failed, "
            + $"{results.Count(r => r.Verdict == CaseVerdict.Skipped)} skipped");
        string[] unlisted = [.. failed.Where(f => !listed.Contains(f.Key)).Select(f => $"{f.Key}: {f.Value}")];
        string[] passing = [.. listed.Where(l => !failed.ContainsKey(l))];
        Assert.Empty(unlisted);
        Assert.Empty(passing);
    }

    [Fact]
    public void Cases_are_skipped_only_for_formats_that_are_absent()
    {
        string[] absent = ["AVRO", "PROTOBUF", "PROTOBUF_NOSR", "JSON_SR"];

        string[] others =
        [
            .. OpenCases.All()
                .AsParallel()
                .Select(CaseRunner.Run)
                .Where(r => r.Verdict == CaseVerdict.Skipped)
                .Where(r => !absent.Any(a => r.Reason.Contains($"The {a} format", StringComparison.Ordinal)))
                .Select(r => $"{r.Case.Id}: {r.Reason}"),
        ];

        Assert.Empty(others);
    }
}
