using System.Text.Json;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Auditing;

/// <summary>The audit log, and the journal of operations.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Log_says_who_changed_what_from_what_to_what()
    {
        await _database.ATenantAsync();
        await _database.Get<TenantLifecycle>().RenameAsync(Actors.Admin, "acme", "Acme Corp", null, DomainDatabase.Token);

        var row = (await ListAsync(new AuditFilter(Action: "TenantRenamed"))).Items.Single();

        Assert.Equal(("Ada Admin", "acme", "acme"), (row.ActorName, row.Subject, row.Tenant));
        Assert.Equal("ACME", JsonDocument.Parse(row.Before!).RootElement.GetProperty("Name").GetString());
        Assert.Equal("Acme Corp", JsonDocument.Parse(row.After!).RootElement.GetProperty("Name").GetString());
    }

    [Fact]
    public async Task Log_pages_newest_first_and_filters()
    {
        await _database.ATenantAsync();
        await _database.ATenantAsync("globex");
        await _database.FeedsAsync();

        var first = await ListAsync(new AuditFilter(Limit: 2));
        var rest = await ListAsync(new AuditFilter(Limit: 10, Cursor: first.NextCursor));

        Assert.Equal(5, first.Total);
        Assert.Equal(["FeedDefined", "FeedDefined", "SourceAdded", "TenantCreated", "TenantCreated"], first.Items.Concat(rest.Items).Select(row => row.Action));
        Assert.Null(rest.NextCursor);
        Assert.Equal("TenantCreated", Assert.Single((await ListAsync(new AuditFilter(Tenant: "globex"))).Items).Action);
    }

    [Fact]
    public async Task Refused_command_leaves_no_trace_in_the_log()
    {
        await _database.Get<CreateTenant>().ExecuteAsync(Actors.Admin, new CreateTenantRequest("BAD", "x", IsolationLevel.Dedicated), DomainDatabase.Token);

        Assert.Empty((await ListAsync(new AuditFilter())).Items);
    }

    [Fact]
    public async Task Journal_counts_steps_and_ends_the_operation()
    {
        var created = await _database.ATenantAsync();
        var journal = _database.Get<OperationJournal>();
        var lease = (await journal.TakeUpAsync(created.Operation, DomainDatabase.Token)).Value;
        var plan = (await _database.Get<TenantPlanner>().PlanAsync(created.Slug, DomainDatabase.Token)).Value;
        var first = (await journal.AppendAsync(lease, plan.Changes, DomainDatabase.Token)).Value;

        await journal.BeginStepAsync(lease, first, DomainDatabase.Token);
        await journal.EndStepAsync(lease, first, Pioneer.Domain.Result.Success, DomainDatabase.Token);
        var half = await DetailAsync(created);
        await journal.EndAsync(lease, Pioneer.Domain.Result.Success, DomainDatabase.Token);
        var ended = await DetailAsync(created);

        Assert.Equal((OperationState.Running, 100 / plan.Changes.Length), (half.Operation.State, half.Operation.Progress));
        Assert.Equal(OperationStepState.Succeeded, half.Steps[0].State);
        Assert.Equal((OperationState.Succeeded, 100), (ended.Operation.State, ended.Operation.Progress));
        Assert.Empty(await journal.UnfinishedAsync(DomainDatabase.Token));
    }

    [Fact]
    public async Task Worker_that_was_replaced_may_not_write_any_more()
    {
        var created = await _database.ATenantAsync();
        var journal = _database.Get<OperationJournal>();
        var zombie = (await journal.TakeUpAsync(created.Operation, DomainDatabase.Token)).Value;
        var successor = (await journal.TakeUpAsync(created.Operation, DomainDatabase.Token)).Value;

        Assert.Equal(OperationJournal.OperationLost, (await journal.EndAsync(zombie, Pioneer.Domain.Result.Success, DomainDatabase.Token)).Error);
        Assert.Equal(OperationJournal.OperationLost, (await journal.AppendAsync(zombie, [new PlannedStep("x", "x", "x", "x")], DomainDatabase.Token)).Error);
        Assert.True((await journal.EndAsync(successor, Pioneer.Domain.Result.Success, DomainDatabase.Token)).IsSuccess);
    }

    [Fact]
    public async Task Cancelled_operation_stops_before_its_next_step()
    {
        var created = await _database.ATenantAsync();
        var journal = _database.Get<OperationJournal>();
        var lease = (await journal.TakeUpAsync(created.Operation, DomainDatabase.Token)).Value;
        var first = (await journal.AppendAsync(lease, [new PlannedStep("a", "x", "a", "1"), new PlannedStep("b", "x", "b", "2")], DomainDatabase.Token)).Value;
        await _database.Get<ControlOperations>().CancelAsync(Actors.Operator, created.Operation, DomainDatabase.Token);

        var next = await journal.BeginStepAsync(lease, first, DomainDatabase.Token);
        await journal.EndAsync(lease, next, DomainDatabase.Token);

        Assert.Equal(OperationState.Cancelled, (await DetailAsync(created)).Operation.State);
        Assert.True((await _database.Get<ControlOperations>().RetryAsync(Actors.Operator, created.Operation, DomainDatabase.Token)).IsSuccess);
    }

    [Fact]
    public async Task Operations_page_by_time_without_gaps()
    {
        for (var number = 0; number < 5; number++)
        {
            await _database.ATenantAsync($"tenant-{number}");
        }

        var query = _database.Get<OperationQueries>();
        var first = await query.ListAsync(Actors.Admin, new OperationFilter(Limit: 3), DomainDatabase.Token);
        var second = await query.ListAsync(Actors.Admin, new OperationFilter(Limit: 3, Cursor: first.NextCursor), DomainDatabase.Token);

        Assert.Equal(5, first.Items.Concat(second.Items).Select(row => row.Id).Distinct().Count());
        Assert.Null(second.NextCursor);
        Assert.Equal("tenant-3", Assert.Single((await query.ListAsync(Actors.Admin, new OperationFilter(Tenant: "tenant-3"), DomainDatabase.Token)).Items).Tenant);
    }

    private async Task<Pioneer.Domain.Page<AuditRow>> ListAsync(AuditFilter filter) =>
        (await _database.Get<AuditQuery>().ListAsync(Actors.Admin, filter, DomainDatabase.Token)).Value;

    private async Task<OperationDetail> DetailAsync(TenantCreated created) =>
        (await _database.Get<OperationQueries>().GetAsync(Actors.Admin, created.Operation, DomainDatabase.Token)).Value;
}
