using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>A connector task that fails on the embedded platform, without a drill and without anybody who would act.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class ConnectorRestartTests : IAsyncLifetime
{
    private const string Connector = "acme.t.payments";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-restart-").FullName;
    private EmbeddedStack _stack = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stack = await EmbeddedStack.StartAsync(external: null);

    public async ValueTask DisposeAsync()
    {
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Failed_task_is_restarted_and_its_verdict_proven_without_a_person()
    {
        await using var host = await StartAsync();
        await ATenantWithPaymentsAsync(host);

        await _stack.Platform.Faults.StopConnectTaskAsync(Connector, Ct);

        await RecoveredAsync(host);
    }

    [Fact]
    public async Task Process_that_ends_between_the_decision_and_the_restart_is_followed_by_one_that_restarts()
    {
        await using (var host = await StartAsync())
        {
            await ATenantWithPaymentsAsync(host);
        }

        // without workers it decides and cannot act: what a kill -9 leaves at its worst moment
        await using (var host = await StartAsync(("Jobs:Workers", "0")))
        {
            await _stack.Platform.Faults.StopConnectTaskAsync(Connector, Ct);
            await Wait.UntilAsync(async () => (await RunsAsync(host)).Count > 0);
        }

        await using var next = await StartAsync();
        await RecoveredAsync(next);
    }

    private Task<JobsHost> StartAsync(params (string Key, string Value)[] settings) =>
        _stack.StartJobsAsync(_folder, services => services.AddRecovery(), settings);

    private async Task ATenantWithPaymentsAsync(JobsHost host)
    {
        var created = await host.DoAsync<CreateTenant, TenantCreated>(command =>
            command.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", IsolationLevel.Dedicated), Ct));
        await host.SucceedAsync(created.Operation);
        await host.DoAsync<ManageSources, SourceId>(sources => sources.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, null, null), Ct));
        var tables = await host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(sources => sources.ListTablesAsync(Actor.System, "bank", Ct));
        await host.DoAsync<ManageFeeds, FeedId>(feeds => feeds.DefineAsync(
            Actor.System, TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id"), Ct));
        var operations = await host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(entitlements =>
            entitlements.ExecuteAsync(Actor.System, [new EntitlementChange("acme", "payments", Granted: true)], Ct));
        await host.SucceedAsync(operations[0]);
        await host.Get<PlatformWatch>().TakeRoundAsync(Ct);
    }

    private static async Task RecoveredAsync(JobsHost host)
    {
        await Wait.UntilAsync(async () => (await RunsAsync(host)).Exists(run => run.State is PlaybookRunState.Completed));
        var run = Assert.Single(await RunsAsync(host));
        Assert.True(run.IsAutomatic);
        Assert.True(run.RtoMs > 0);
        var incident = await host.InScopeAsync<PioneerDbContext, Incident>(db => db.Incidents.Include(row => row.Tenants).SingleAsync(Ct));
        Assert.Equal((IncidentState.Closed, false), (incident.State, incident.IsDrill));
        Assert.Equal(Verdict.FullLate, Assert.Single(incident.Tenants).Verdict);
    }

    private static Task<List<PlaybookRun>> RunsAsync(JobsHost host) =>
        host.InScopeAsync<PioneerDbContext, List<PlaybookRun>>(db => db.PlaybookRuns.AsNoTracking().ToListAsync(Ct));
}
