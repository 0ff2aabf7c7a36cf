using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>What cancelling and retrying write down; the query of a run that was begun may be paused, so only a worker may end it.</summary>
public sealed class SeedCancelTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();
    private SeedRunRequested _run = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "balances");
        await _database.ReconcileAsync();
        await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "all-balances", "SELECT * FROM BALANCES EMIT CHANGES;", null, DomainDatabase.Token);
        var seeds = _database.Get<ManageSeedJobs>();
        var job = await seeds.DefineAsync(Actors.Admin, "acme", new SeedJobRequest("all", "all-balances", SeedLayer.Client), DomainDatabase.Token);
        _run = (await seeds.RunAsync(Actors.Admin, "acme", job.Value, DomainDatabase.Token)).Value;
        _database.Queue.Enqueued.Clear();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Queued_run_that_touched_nothing_ends_at_once_when_it_is_cancelled(bool byOperation)
    {
        await CancelAsync(byOperation);

        Assert.Equal((SeedRunState.Cancelled, OperationState.Cancelled), await StatesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Queued_run_that_was_begun_is_left_to_a_worker_when_it_is_cancelled(bool byOperation)
    {
        await ChangeAsync((run, _) => (run.MachineState, run.State) = ("{}", SeedRunState.Snapshotting));

        await CancelAsync(byOperation);

        Assert.Equal((SeedRunState.Snapshotting, OperationState.Queued), await StatesAsync());
        Assert.Equal([_run.Operation], _database.Queue.Enqueued);
    }

    [Fact]
    public async Task Ended_run_is_not_retried_by_its_operation()
    {
        await ChangeAsync((run, operation) => (run.State, operation.State) = (SeedRunState.Failed, OperationState.Failed));

        var retried = await _database.Get<ControlOperations>().RetryAsync(Actors.Admin, _run.Operation, DomainDatabase.Token);

        Assert.Equal("SeedRunEnded", retried.Error!.Code);
    }

    [Fact]
    public async Task Retry_does_not_take_over_that_records_may_be_destroyed()
    {
        var confirmed = (await _database.Get<RequestReconcile>().ForTenantAsync(Actors.Admin, "acme", "acme", DomainDatabase.Token)).Value;
        var control = _database.Get<ControlOperations>();
        await control.CancelAsync(Actors.Admin, confirmed, DomainDatabase.Token);

        var retried = (await control.RetryAsync(Actors.Admin, confirmed, DomainDatabase.Token)).Value;

        await using var db = _database.Open();
        Assert.Equal(RequestReconcile.Confirmed, (await db.Operations.SingleAsync(row => row.Id == confirmed, DomainDatabase.Token)).Target);
        Assert.Null((await db.Operations.SingleAsync(row => row.Id == retried, DomainDatabase.Token)).Target);
    }

    private async Task CancelAsync(bool byOperation) => Assert.Null((byOperation
        ? await _database.Get<ControlOperations>().CancelAsync(Actors.Admin, _run.Operation, DomainDatabase.Token)
        : await _database.Get<ManageSeedJobs>().CancelAsync(Actors.Admin, "acme", _run.Run, DomainDatabase.Token)).Error);

    private async Task<(SeedRunState Run, OperationState Operation)> StatesAsync()
    {
        await using var db = _database.Open();
        return ((await db.SeedRuns.SingleAsync(row => row.Id == _run.Run, DomainDatabase.Token)).State,
            (await db.Operations.SingleAsync(row => row.Id == _run.Operation, DomainDatabase.Token)).State);
    }

    private async Task ChangeAsync(Action<SeedRun, Operation> change)
    {
        await using var db = _database.Open();
        change(await db.SeedRuns.SingleAsync(row => row.Id == _run.Run, DomainDatabase.Token), await db.Operations.SingleAsync(row => row.Id == _run.Operation, DomainDatabase.Token));
        await db.SaveChangesAsync(DomainDatabase.Token);
    }
}
