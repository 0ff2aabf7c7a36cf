using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Tests on an embedded platform of their own, with the jobs that work against it.</summary>
public abstract class EmbeddedJobs : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-jobs-").FullName;

    private protected EmbeddedStack Stack { get; private set; } = null!;

    private protected JobsHost Host { get; private set; } = null!;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Stack = await EmbeddedStack.StartAsync(external: null);
        Host = await Stack.StartJobsAsync(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Stack.DisposeAsync();
        TestFolder.Delete(_folder);
        GC.SuppressFinalize(this);
    }
}
