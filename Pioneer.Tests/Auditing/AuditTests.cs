using System.Text.Json;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Auditing;

/// <summary>The audit log, and the steering of operations.</summary>
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
    public async Task Queued_operation_is_cancelled_at_once_and_can_be_asked_for_again()
    {
        var created = await _database.ATenantAsync();
        var control = _database.Get<ControlOperations>();

        Assert.Null((await control.CancelAsync(Actors.Operator, created.Operation, DomainDatabase.Token)).Error);
        Assert.Equal(OperationState.Cancelled, (await DetailAsync(created)).Operation.State);
        Assert.Equal(OperationErrors.Ended, (await control.CancelAsync(Actors.Operator, created.Operation, DomainDatabase.Token)).Error);
        Assert.True((await control.RetryAsync(Actors.Operator, created.Operation, DomainDatabase.Token)).IsSuccess);
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
