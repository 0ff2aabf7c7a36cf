using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>A mistake in the section Jobs is told at the start, with its key.</summary>
public sealed class JobsOptionsTests
{
    [Theory]
    [InlineData("0 4 30 2")]
    [InlineData("0 0 31 2 *")]
    [InlineData("every day")]
    [InlineData("@reboot")]
    [InlineData("H 4 * * *")]
    [InlineData("61 * * * *")]
    [InlineData("")]
    public async Task Cron_that_cannot_be_read_or_never_comes_names_its_key(string cron)
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-cron-").FullName;
        try
        {
            await using var platform = await FakePlatform.StartAsync();
            var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => JobsHost.StartAsync(
                folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, platform.Url, platform.Url,
                ("Jobs:ReconcileCron", cron)));

            Assert.Contains($"Jobs:ReconcileCron '{cron}'", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            TestFolder.Delete(folder);
        }
    }

    [Theory]
    [InlineData("*/5 * * * *")]
    [InlineData("0 3 * * MON-FRI")]
    [InlineData("0 0 29 2 *")]
    [InlineData("@daily")]
    public void Cron_that_comes_is_taken(string cron) =>
        Assert.True(new JobsOptionsValidator(TimeProvider.System).Validate(null, new JobsOptions { ReconcileCron = cron }).Succeeded);

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var result = new JobsOptionsValidator(TimeProvider.System).Validate(null, new JobsOptions { Storage = "Redis", Workers = -1, ReconcileCron = "x" });

        Assert.Equal(["Jobs:Storage", "Jobs:Workers", "Jobs:ReconcileCron"], result.Failures!.Select(failure => failure.Split(' ')[0]));
    }
}
