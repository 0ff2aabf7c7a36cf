using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Pioneer.Tests.Architecture;

/// <summary>A statement that the documents call built names a test; one that is gone or has another name by now proves nothing.</summary>
public sealed partial class DocumentedTestsTests
{
    [Theory]
    [InlineData("multi-tenancy.md")]
    [InlineData("data-seeding.md")]
    [InlineData("disaster-recovery.md")]
    [InlineData("security.md")]
    public void Tests_that_the_document_names_exist(string document)
    {
        var tests = typeof(DocumentedTestsTests).Assembly.GetTypes().Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal))
            .ToLookup(type => type.Name, StringComparer.Ordinal);
        var named = TestName().Matches(File.ReadAllText(RepositoryFolder.Of("docs", document))).Select(match => (
            Class: match.Groups["class"].Value, Method: match.Groups["method"].Value)).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !tests[name.Class].Any(type => name.Method.Length == 0 || Has(type, name.Method)));
    }

    private static bool Has(Type type, string method) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Any(found => found.Name == method);

    [GeneratedRegex("`(?<class>[A-Z][A-Za-z]*Tests)(\\.(?<method>[A-Z][A-Za-z_]+))?`")]
    private static partial Regex TestName();
}
