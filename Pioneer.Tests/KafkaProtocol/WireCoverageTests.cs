using System.Text.RegularExpressions;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.KafkaProtocol;

/// <summary>docs/wire-coverage.md says what is served, and what Apache Kafka serves beside it.</summary>
public sealed partial class WireCoverageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFolder.Of("docs", "wire-coverage.md"));

    [Fact]
    public void Page_names_every_api_that_is_served_with_its_versions()
    {
        var said = ServedRow().Matches(Page).Select(row => $"{row.Groups["key"]} {row.Groups["api"]} {row.Groups["here"]}");

        Assert.Equal(ApiCatalogue.All.Select(r => $"{(short)r.Key} {r.Key} {r.First}-{r.Last}"), said);
    }

    [Fact]
    public void Page_names_every_api_of_Kafka_once_with_its_versions()
    {
        var definitions = RepositoryFolder.Of("..", "shared", "kafka-messages");
        Assert.SkipUnless(Directory.Exists(definitions), "Kafka's message definitions are not present (../shared/kafka-messages).");
        var kafka = Directory.EnumerateFiles(definitions, "*Request.json").Select(File.ReadAllText).Where(text => ToBrokers().IsMatch(text))
            .Select(text => (Key: int.Parse(Setting(text, "apiKey"), null), Name: Setting(text, "name")[..^"Request".Length], Versions: Setting(text, "validVersions")))
            .OrderBy(api => api.Key)
            .Select(api => $"{api.Key} {api.Name} {(api.Versions.Contains('-', StringComparison.Ordinal) ? api.Versions : $"{api.Versions}-{api.Versions}")}");

        var said = ServedRow().Matches(Page).Concat(AbsentRow().Matches(Page))
            .OrderBy(row => int.Parse(row.Groups["key"].Value, null)).Select(row => $"{row.Groups["key"]} {row.Groups["api"]} {row.Groups["kafka"]}");

        Assert.Equal(kafka, said);
    }

    private static string Setting(string definition, string name) => Regex.Match(definition, $"\"{name}\":\\s*\"?(?<value>[^\",\\s]+)").Groups["value"].Value;

    [GeneratedRegex(@"^\| (?<key>\d+) \| (?<api>\w+) \| (?<here>\d+-\d+) \| (?<kafka>\d+-\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ServedRow();

    [GeneratedRegex(@"^\| (?<key>\d+) \| (?<api>\w+) \| (?<kafka>\d+-\d+) \| [a-z]", RegexOptions.Multiline)]
    private static partial Regex AbsentRow();

    [GeneratedRegex("\"listeners\":\\s*\\[[^\\]]*\"broker\"")]
    private static partial Regex ToBrokers();
}
