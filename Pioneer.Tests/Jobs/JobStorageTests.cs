using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Jobs.Hosting;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Hangfire keeps its storage and its activator in static fields; a job of one host must not be run by another of the same process.</summary>
public sealed class JobStorageTests
{
    [Fact]
    public async Task Hosts_of_one_process_have_their_own_jobs()
    {
        await using var first = Services();
        await using var second = Services();
        // as two that start at the same time do
        first.GetRequiredService<IGlobalConfiguration>();
        second.GetRequiredService<IGlobalConfiguration>();

        Assert.NotSame(first.GetRequiredService<JobStorage>(), second.GetRequiredService<JobStorage>());
        Assert.NotSame(first.GetRequiredService<JobActivator>(), second.GetRequiredService<JobActivator>());

        first.GetRequiredService<IBackgroundJobClient>().Enqueue<Work>(work => work.Nothing());
        Assert.Equal(1, first.GetRequiredService<JobStorage>().GetMonitoringApi().EnqueuedCount("default"));
        Assert.Equal(0, second.GetRequiredService<JobStorage>().GetMonitoringApi().EnqueuedCount("default"));
    }

    private static ServiceProvider Services() => new ServiceCollection()
        .AddLogging()
        .AddPioneerJobs(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Jobs:Workers"] = "0",
            ["Kafka:BootstrapServers"] = "127.0.0.1:1",
            ["Ksql:Url"] = "http://127.0.0.1:1",
            ["Connect:Url"] = "http://127.0.0.1:1",
        }).Build())
        .BuildServiceProvider();

    public sealed class Work
    {
        public void Nothing()
        {
        }
    }
}
