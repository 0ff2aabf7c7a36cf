using Microsoft.Extensions.Configuration;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>Secrets that lie in files.</summary>
public sealed class ValuesFromFilesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void File_gives_the_value_without_the_end_of_its_line_and_wins_over_a_value_beside_it()
    {
        File.WriteAllText(_file, "s3cret with = and spaces \r\n");
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("Kafka:Password:File", _file), new("Kafka:Password", "old"), new("Kafka:Username", "pioneer")]);

        ValuesFromFiles.AddTo(configuration);

        Assert.Equal(("s3cret with = and spaces ", "pioneer"), (configuration["Kafka:Password"], configuration["Kafka:Username"]));
    }

    [Fact]
    public void File_that_is_not_there_is_told_with_its_key()
    {
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("Setup:AdminPassword:File", _file + ".gone")]);

        var refused = Assert.Throws<StartException>(() => ValuesFromFiles.AddTo(configuration));

        Assert.Contains("Setup:AdminPassword:File", refused.Message, StringComparison.Ordinal);
    }
}
