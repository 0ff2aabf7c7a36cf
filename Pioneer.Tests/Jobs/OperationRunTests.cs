using System.Collections.Immutable;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Operations;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The journal, the fence and the cancelling of operations, on a database of their own.</summary>
public sealed class OperationRunTests : IAsyncLifetime
{
    private static readonly Change Topic = new TopicChange(
        ChangeKind.Create, ChangeRisk.Safe, new TopicSpec("acme.t.payments", 1, 1, ImmutableSortedDictionary<string, string>.Empty));

    private static readonly Change Rule = new AclChange(
        ChangeKind.Create, ChangeRisk.Safe, new AclRule("User:acme.app", AclOperation.Read, AclResourceType.Topic, "acme.d.", AclPattern.Prefixed));

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-runs-").FullName;
    private FakePlatform _platform = null!;
    private JobsHost _host = null!;
    private AsyncServiceScope _scope;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _platform = await FakePlatform.StartAsync();
        _host = await JobsHost.StartAsync(_folder, new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" }, _platform);
        _scope = _host.OpenScope();
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _host.DisposeAsync();
        await _platform.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Journal_takes_over_what_an_earlier_attempt_left()
    {
        var operation = await AddAsync();
        var first = await RunAsync(operation);
        var ordinals = await first.JournalAsync([Topic, Rule], null, Ct);
        await first.StartedAsync(ordinals, Ct);

        // killed here: the topic was made, the rule was not
        var second = await RunAsync(operation);
        var again = await second.JournalAsync([Rule], null, Ct);

        Assert.Equal([ordinals[1]], again);
        var steps = (await _host.OperationAsync(operation)).Steps.OrderBy(step => step.Ordinal).ToList();
        Assert.Equal([OperationStepState.Succeeded, OperationStepState.Waiting], steps.Select(step => step.State));
    }

    [Fact]
    public async Task Earlier_worker_is_fenced_off_when_a_later_one_took_the_operation_up()
    {
        var operation = await AddAsync();
        var first = await RunAsync(operation);
        await RunAsync(operation);

        await Assert.ThrowsAsync<OperationFencedException>(() => first.JournalAsync([Topic], null, Ct));
    }

    [Fact]
    public async Task Worker_stops_at_its_next_write_when_somebody_cancels()
    {
        var operation = await AddAsync();
        var run = await RunAsync(operation);
        await run.CheckAsync(Ct);
        await ChangeAsync(operation, row => row.CancelRequested = true);

        await Assert.ThrowsAsync<OperationCancelledException>(() => run.CheckAsync(Ct));
    }

    [Fact]
    public async Task Progress_follows_the_finished_steps_and_is_published()
    {
        var operation = await AddAsync();
        using var events = _host.Get<OperationEvents>().Subscribe();
        var run = await RunAsync(operation);
        var ordinals = await run.JournalAsync([Topic, Rule], null, Ct);
        await run.FinishedAsync([(ordinals[0], OperationStepState.Succeeded, null)], Ct);

        Assert.Equal(50, (await _host.OperationAsync(operation)).Progress);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Patience.Long);
        Assert.True(await events.ReadAllAsync(limit.Token).AnyAsync(moved => moved.Operation == operation && moved.Progress == 50, limit.Token));
    }

    [Fact]
    public async Task Next_try_is_not_lost_though_it_comes_before_the_worker_of_the_last_has_gone()
    {
        var operation = await AddAsync();
        var jobs = new JobsAtOnce();
        var runner = ActivatorUtilities.CreateInstance<OperationRunner>(
            _scope.ServiceProvider, new IOperationHandler[] { new LateHandler() }, new DelayedOperations(jobs), new RunningOperations());
        jobs.Run = id => runner.RunAsync(id, Ct);

        await runner.RunAsync(operation.Value, Ct);
        await jobs.Last;

        var done = await _host.OperationAsync(operation);
        Assert.Equal((OperationState.Succeeded, 2), (done.State, done.Attempt));
    }

    private async Task<OperationId> AddAsync()
    {
        var id = new OperationId(Guid.NewGuid());
        await _host.InScopeAsync<PioneerDbContext, int>(db =>
        {
            db.Operations.Add(new Operation
            {
                Id = id,
                Kind = OperationKind.ReconcileTenant,
                Subject = "acme",
                RequestedAt = TimeProvider.System.GetUtcNow(),
                RequestedBy = "test",
            });
            return db.SaveChangesAsync(Ct);
        });
        return id;
    }

    private async Task<OperationRun> RunAsync(OperationId id)
    {
        await ChangeAsync(id, row => (row.State, row.Attempt) = (OperationState.Running, row.Attempt + 1));
        var contexts = _scope.ServiceProvider.GetRequiredService<IDbContextFactory<PioneerDbContext>>();
        return new OperationRun(contexts, _host.Get<OperationEvents>(), TimeProvider.System, await _host.OperationAsync(id));
    }

    private Task<int> ChangeAsync(OperationId id, Action<Operation> change) => _host.InScopeAsync<PioneerDbContext, int>(async db =>
    {
        change(await db.Operations.SingleAsync(row => row.Id == id, Ct));
        return await db.SaveChangesAsync(Ct);
    });

    /// <summary>Work for which a part of the platform does not answer at first.</summary>
    private sealed class LateHandler : IOperationHandler
    {
        private int _tries;

        public IReadOnlyCollection<OperationKind> Kinds => [OperationKind.ReconcileTenant];

        public Task<Result> RunAsync(OperationRun run, CancellationToken ct) => Task.FromResult<Result>(
            ++_tries == 1 ? new Error("Silent", "Nobody answers.") { Kind = ErrorKind.Unavailable } : Result.Success);
    }

    /// <summary>Begins a job the moment that it is scheduled, as a scheduler does beside a worker that is slow to go.</summary>
    private sealed class JobsAtOnce : IBackgroundJobClient
    {
        public Func<Guid, Task> Run { get; set; } = null!;

        public Task Last { get; private set; } = Task.CompletedTask;

        public string Create(Job job, IState state)
        {
            Last = Run((Guid)job.Args[0]);
            return "1";
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => false;
    }
}
