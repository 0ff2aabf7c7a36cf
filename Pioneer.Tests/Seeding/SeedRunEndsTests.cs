using System.Collections.Concurrent;
using System.Diagnostics;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>However a seed run ends, its live query runs again, its row says how it ended, and so does its operation.</summary>
public sealed class SeedRunEndsTests : IAsyncLifetime
{
    private static readonly SeedState Copying = SeedState.New with { Phase = SeedPhase.Copying, Cut = new SeedCut([0], [0]) };

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-seed-ends-").FullName;
    private BrokerHarness _broker = null!;
    private FakePlatform _ksqlDb = null!;
    private JobsHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("acme.t.balances", 1);
        await _broker.CreateTopicAsync("acme.d.my-balances", 1);
        _ksqlDb = await FakePlatform.StartAsync();
        Live("PAUSED");
        _ksqlDb.Came = statement =>
        {
            if (statement == $"RESUME {SeedRunRows.QueryId};")
            {
                Live("RUNNING");
            }
        };
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _ksqlDb.DisposeAsync();
        await _broker.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Theory]
    [InlineData(OperationState.Running)]
    [InlineData(OperationState.Queued)]
    public async Task Run_that_was_cancelled_while_nobody_held_it_resumes_the_query_at_the_next_start(OperationState found)
    {
        var rows = await SeedRunRows.AddAsync(_host, Copying, found, cancelled: true);

        await RestartAsync();

        var operation = await _host.FinishedAsync(rows.Operation);
        Assert.Equal((OperationState.Cancelled, "The seed run was cancelled; the live query goes on from where it was paused."), (operation.State, operation.Error));
        await EndedAsync(rows, SeedRunState.Cancelled);
    }

    [Fact]
    public async Task Run_leaves_a_trace_of_its_steps_under_its_operation()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var rows = await SeedRunRows.AddAsync(_host, Copying, OperationState.Queued, cancelled: true);

        await RestartAsync();
        await _host.FinishedAsync(rows.Operation);
        await EndedAsync(rows, SeedRunState.Cancelled);

        await Wait.UntilAsync(() => spans.Any(span => Equals(span.GetTagItem("pioneer.operation.id"), rows.Operation.ToString())));
        var operation = spans.Single(span => Equals(span.GetTagItem("pioneer.operation.id"), rows.Operation.ToString()));
        var run = Assert.Single(spans, span => span.ParentSpanId == operation.SpanId);
        Assert.Equal(("operation RunSeed", "seed run", rows.Run.ToString()), (operation.OperationName, run.OperationName, run.GetTagItem("pioneer.seed.run.id")));
        Assert.Contains(spans, span => span.ParentSpanId == run.SpanId && span.OperationName.StartsWith("seed ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ends_with_its_operation_when_an_unexpected_error_stops_it()
    {
        var verifying = Copying with { Phase = SeedPhase.Verifying };
        var rows = await SeedRunRows.AddAsync(_host, verifying, OperationState.Running, select: "what the sandbox never prints");

        await RestartAsync();

        var operation = await _host.FinishedAsync(rows.Operation);
        var run = await rows.RunAsync(_host);
        Assert.Equal((OperationState.Failed, SeedRunState.Failed), (operation.State, run.State));
        Assert.Contains("An unexpected error stopped the run: Not one SELECT over one source", run.Error, StringComparison.Ordinal);
        Assert.Null((await rows.SubscriptionAsync(_host)).HeldBy);
    }

    [Fact]
    public async Task Run_says_what_it_waits_for_and_pauses_between_its_tries_while_ksqldb_refuses_to_end_the_seed_query()
    {
        var rows = await SeedRunRows.AddAsync(_host, Copying, OperationState.Running, cancelled: true);
        var terminate = $"TERMINATE {KsqlNames.SeedQueryId(TenantSlug.Parse("acme"), "my-balances", rows.Run, 1)};";
        _ksqlDb.Refusals[terminate] = (40001, "not now");

        await RestartAsync();
        await Wait.UntilAsync(async () => (await rows.RunAsync(_host)).Error is { } note && note.StartsWith("Waiting: ", StringComparison.Ordinal)
            && note.Contains("not now", StringComparison.Ordinal));
        _ksqlDb.Refusals.Clear();

        await _host.FinishedAsync(rows.Operation);
        await EndedAsync(rows, SeedRunState.Cancelled);
        Assert.InRange(_ksqlDb.Statements.Count(statement => statement == terminate), 2, 10);
    }

    private async Task EndedAsync(SeedRunRows rows, SeedRunState state)
    {
        Assert.Equal(state, (await rows.RunAsync(_host)).State);
        var subscription = await rows.SubscriptionAsync(_host);
        Assert.Equal((null, SubscriptionState.Running), (subscription.HeldBy, subscription.State));
        Assert.Contains($"RESUME {SeedRunRows.QueryId};", _ksqlDb.Statements);
    }

    private void Live(string state) => _ksqlDb.Answers[$"EXPLAIN {SeedRunRows.QueryId};"] =
        $$"""[{"@type":"queryDescription","queryDescription":{"id":"{{SeedRunRows.QueryId}}","ksqlHostQueryStatus":{"a:8088":"{{state}}"},"state":"RUNNING"} }]""";

    private async Task RestartAsync()
    {
        await _host.DisposeAsync();
        await StartAsync();
    }

    private async Task StartAsync() => _host = await JobsHost.StartAsync(
        _folder,
        _broker.Options,
        _ksqlDb.Url, _ksqlDb.Url, services => services.AddSeeding());
}
