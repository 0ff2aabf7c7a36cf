using Pioneer.Ksql.Syntax;
using Pioneer.Tests.Ksql.Cases;
using Xunit;

namespace Pioneer.Tests.Ksql.Syntax;

public sealed class KsqlCasesParseTests(ITestOutputHelper output)
{
    // Rejected by ksqlDB while it builds its tree, by rules that are the analyzer's here.
    private static readonly string[] AnalyzerRules = ["WINDOW_SIZE"];

    [Fact]
    public void Every_statement_that_ksqldb_runs_is_read_and_prints_back_to_an_equal_tree()
    {
        List<string> failures = [];
        var read = 0;
        foreach (var test in OpenCases.All().Where(c => c.Rung is not ("1-parser-rejection" or "X-disabled")))
        {
            var result = KsqlParser.Parse(test.Text);
            if (result.HasErrors)
            {
                failures.Add($"{test.Id}: {result.Diagnostics[0]} in {test.Text}");
                continue;
            }

            foreach (var statement in result.Statements)
            {
                read++;
                var printed = KsqlPrinter.Print(statement);
                var again = KsqlParser.Parse(printed);
                if (again.HasErrors || again.Statements.Length != 1 || again.Statements[0] != statement)
                {
                    failures.Add($"{test.Id}: printed {printed}: {string.Join("; ", again.Diagnostics)}");
                }
            }
        }

        output.WriteLine($"{read} statements read, {failures.Count} failures");
        foreach (var failure in failures.Take(40))
        {
            output.WriteLine(failure);
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void What_the_ksqldb_parser_rejects_is_rejected()
    {
        List<string> accepted = [];
        foreach (var test in OpenCases.All().Where(c => c.Rung == "1-parser-rejection"))
        {
            var result = KsqlParser.Parse(test.Text);
            if (!result.HasErrors && !AnalyzerRules.Any(r => test.ExpectedException.ToString()!.Contains(r, StringComparison.Ordinal)))
            {
                accepted.Add($"{test.Id}: {test.ExpectedException}");
            }
        }

        Assert.Empty(accepted);
    }
}
