using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>The watch while something that it watches does not answer.</summary>
public sealed class PlatformWatchTests : IAsyncLifetime
{
    private const int Looks = 2;
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-watch-").FullName;
    private EmbeddedStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await EmbeddedStack.StartAsync(external: null);

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Watch_goes_on_looking_while_a_round_of_evidence_waits_for_an_answer()
    {
        var answers = new TaskCompletionSource();
        await using var platform = await FakePlatform.StartAsync();
        platform.ConnectHangs = answers.Task;
        await using var host = await JobsHost.StartAsync(_folder, _stack.Kafka, platform.Url, platform.Url, services => services.AddRecovery());
        var picture = host.Get<PlatformPicture>();
        var seen = new HashSet<DateTimeOffset>();
        var enough = new TaskCompletionSource<bool>();
        picture.Changed += () =>
        {
            // the first look of which brokers answer begins a round; those after it are what this is about
            if (picture.Look is { BrokersAnswer: true } look && seen.Add(look.At) && seen.Count == Looks)
            {
                enough.TrySetResult(picture.Round is null);
            }
        };

        Assert.True(await enough.Task.WaitAsync(Patience.Usual, TestContext.Current.CancellationToken), "The round was over before the looks came.");
        answers.SetResult();
        await Wait.UntilAsync(() => picture.Round is { Cluster: not null, Connectors: not null }, Patience.Usual);
    }
}
