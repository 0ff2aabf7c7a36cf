using Pioneer.Benchmarks.KsqlCases;
using Xunit;

namespace Pioneer.Tests.Ksql.Cases;

/// <summary>ksqlDB's own cases, which lie beside the repository where people work on it and nowhere else.</summary>
public static class OpenCases
{
    /// <summary>The folder of the cases, or null where there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Every case that is run; without the folder the test is skipped.</summary>
    public static IEnumerable<KsqlCase> All()
    {
        Assert.SkipWhen(Folder is null, "not present: ksqlDB's cases (../shared/ksql-cases)");
        return KsqlCase.Read([Folder!]).Where(c => c.IsEnabled);
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
