using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Hosting;
using Xunit;

namespace Pioneer.Tests.Jobs.Connect;

/// <summary>
/// What the Connect adapter promises, and what the worker's REST API says in detail, whichever worker is behind it. The wording is that of a real
/// distributed worker: <c>connect-rest.txt</c> is its transcript, written anew by running the tests with PIONEER_WRITE_BASELINES=1.
/// </summary>
public abstract class ConnectClientContract : IDisposable
{
    private const string Running = "RUNNING", Failed = "FAILED";

    private readonly ServiceProvider _services;
    private readonly string _name = $"contract-{Guid.NewGuid().ToString("N")[..8]}";

    protected ConnectClientContract(ConnectUnderTest connect)
    {
        Connect = connect;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Connect:Url", connect.Url)]).Build();
        _services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddPlatformAdapters(configuration).BuildServiceProvider();
        Client = _services.GetRequiredService<ConnectClient>();
    }

    protected ConnectUnderTest Connect { get; }

    protected ConnectClient Client { get; }

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Whether the worker is the one whose words count.</summary>
    protected virtual bool WritesBaseline => false;

    /// <summary>Whether the worker says how many rows it left out.</summary>
    protected virtual bool TellsSkipped => false;

    private static string Baseline => Path.Combine(Folder(), "connect-rest.txt");

    public void Dispose()
    {
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Connector_is_made_changed_listed_and_deleted()
    {
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await UntilAsync(Running);
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await Client.PutConfigAsync(_name, Connect.Config(("errors.log.enable", "true")), Ct);

        var listed = (await Client.ListAsync(Ct)).Single(connector => connector.Name == _name);
        Assert.Equal(Connect.Config(("errors.log.enable", "true"), ("name", _name)).OrderBy(pair => pair.Key), listed.Config.OrderBy(pair => pair.Key));
        await UntilAsync(Running);
        Assert.True((await Client.StatusAsync(_name, Ct))!.IsRunning);

        await Client.DeleteAsync(_name, Ct);
        await Client.DeleteAsync(_name, Ct);
        await Wait.UntilAsync(async () => await Client.StatusAsync(_name, Ct) is null);
        Assert.DoesNotContain(await Client.ListAsync(Ct), connector => connector.Name == _name);
    }

    [Fact]
    public async Task What_was_done_and_left_out_is_told_by_our_own_worker_and_unknown_of_others()
    {
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await UntilAsync(Running);

        var listed = (await Client.ListAsync(Ct)).Single(connector => connector.Name == _name);
        if (TellsSkipped)
        {
            await Wait.UntilAsync(async () => (listed = (await Client.ListAsync(Ct)).Single(connector => connector.Name == _name)).Status.Progress!.Rows == 20);
        }

        Assert.Equal(TellsSkipped, listed.Status.Progress is { SourceReachedAt: not null, LastRowAt: not null, LastError: null, Position.Number: 20, Position.Time: not null });
        Assert.Equal(TellsSkipped ? 0 : null, listed.Status.Skipped?.Count);
        await Client.DeleteAsync(_name, Ct);
    }

    [Fact]
    public async Task Connector_pauses_resumes_stops_and_restarts()
    {
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await UntilAsync(Running);
        await Client.PauseAsync(_name, Ct);
        await Client.PauseAsync(_name, Ct);
        await UntilAsync("PAUSED");
        await Client.ResumeAsync(_name, Ct);
        await UntilAsync(Running);
        await Client.RestartAsync(_name, onlyFailed: false, Ct);
        await UntilAsync(Running);
        await Client.StopAsync(_name, Ct);
        // Kafka Connect may write a task's last state after it has taken the task off its list, and then keeps telling it
        await Wait.UntilAsync(async () => await Client.StatusAsync(_name, Ct) is { State: "STOPPED" } stopped && stopped.Tasks.All(task => task.State != "RUNNING"));
        await Client.ResumeAsync(_name, Ct);
        await UntilAsync(Running);
        await Client.DeleteAsync(_name, Ct);
    }

    [Fact]
    public async Task Failed_task_tells_why_and_runs_again_once_it_is_mended()
    {
        await Client.PutConfigAsync(_name, Connect.Failing(), Ct);
        await UntilAsync(Failed);

        Assert.NotNull((await Client.StatusAsync(_name, Ct))!.FailureTrace);
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await UntilAsync(Running);
        await Client.RestartAsync(_name, onlyFailed: true, Ct);
        await UntilAsync(Running);
        await Client.DeleteAsync(_name, Ct);
    }

    [Fact]
    public async Task Offsets_are_read_and_only_those_of_a_stopped_connector_forgotten()
    {
        await Client.PutConfigAsync(_name, Connect.Source, Ct);
        await Wait.UntilAsync(async () => !(await Client.OffsetsAsync(_name, Ct)).IsEmpty);

        Assert.Equal(400, (await Assert.ThrowsAsync<ConnectRequestException>(() => Client.ResetOffsetsAsync(_name, Ct))).Status);
        await Client.StopAsync(_name, Ct);
        await Client.ResetOffsetsAsync(_name, Ct);
        Assert.Empty(await Client.OffsetsAsync(_name, Ct));
        await Client.DeleteAsync(_name, Ct);
    }

    [Fact]
    public async Task Wrong_configuration_is_refused_and_validated_by_its_key()
    {
        var wrong = Connect.Config((Connect.RequiredKey, null), ("name", _name), ("tasks.max", "many"));

        var refused = await Assert.ThrowsAsync<ConnectRequestException>(() => Client.PutConfigAsync(_name, wrong, Ct));
        var mistakes = (await Client.ValidateAsync(wrong, Ct)).ToDictionary(mistake => mistake.Key, mistake => mistake.Errors);

        Assert.Equal(400, refused.Status);
        Assert.Contains(Connect.RequiredKey, refused.ServerMessage, StringComparison.Ordinal);
        Assert.Contains("Missing required configuration", Assert.Single(mistakes[Connect.RequiredKey]), StringComparison.Ordinal);
        Assert.Contains("Not a number", mistakes["tasks.max"][0], StringComparison.Ordinal);
        Assert.Empty(await Client.ValidateAsync(Connect.Config(("name", _name)), Ct));
        Assert.Null(await Client.StatusAsync(_name, Ct));
    }

    [Fact]
    public async Task Worker_names_the_class_among_its_plugins() =>
        Assert.Equal("source", (await Client.PluginsAsync(Ct)).Single(plugin => plugin.Class == Connect.ConnectorClass).Type);

    [Fact]
    public async Task Changes_at_once_wait_for_each_other_and_all_come_to_pass()
    {
        var names = Enumerable.Range(1, 4).Select(number => $"{_name}-{number}").ToList();

        await Task.WhenAll(names.Select(name => Client.PutConfigAsync(name, Connect.Source, Ct)));
        await Task.WhenAll(names.Select(name => Client.PauseAsync(name, Ct)));
        Assert.Equal(names, (await Client.ListAsync(Ct)).Select(connector => connector.Name).Where(names.Contains).Order(StringComparer.Ordinal));

        await Task.WhenAll(names.Select(name => Client.DeleteAsync(name, Ct)));
        Assert.DoesNotContain(await Client.ListAsync(Ct), connector => names.Contains(connector.Name));
    }

    [Fact]
    public async Task Rest_api_answers_word_for_word_as_a_real_worker()
    {
        var transcript = new ConnectTranscript(Connect, Ct);
        await ConnectQuestions.AskAsync(transcript, Connect);

        if (WritesBaseline && Environment.GetEnvironmentVariable("PIONEER_WRITE_BASELINES") is "1")
        {
            await File.WriteAllTextAsync(Baseline, transcript.ToString(), Ct);
        }

        Assert.Equal((await File.ReadAllTextAsync(Baseline, Ct)).Split('\n'), transcript.ToString().Split('\n'));
    }

    private Task UntilAsync(string state) => Wait.UntilAsync(async () => await Client.StatusAsync(_name, Ct) is { } status
        && status.Tasks.Length > 0 && status.Tasks.All(task => task.State == state) && (state == Failed || status.State == state));

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
