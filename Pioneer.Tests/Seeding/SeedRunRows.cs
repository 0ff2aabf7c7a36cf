using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Jobs;

namespace Pioneer.Tests.Seeding;

/// <summary>The rows that a process leaves when it dies in the middle of a seed run of acme's subscription 'my-balances'.</summary>
internal sealed record SeedRunRows(SeedRunId Run, OperationId Operation, SubscriptionId Subscription)
{
    public const string QueryId = "ACME__MY_BALANCES_V1";

    public static async Task<SeedRunRows> AddAsync(JobsHost host, SeedState state, OperationState operationState, bool cancelled = false,
        string select = "SELECT * FROM ACME__BALANCES EMIT CHANGES;")
    {
        var rows = new SeedRunRows(new SeedRunId(Guid.NewGuid()), new OperationId(Guid.NewGuid()), new SubscriptionId(Guid.NewGuid()));
        var now = TimeProvider.System.GetUtcNow();
        var tenant = new Tenant
        {
            Id = new TenantId(Guid.NewGuid()), Slug = TenantSlug.Parse("acme"), Name = "Acme", Isolation = IsolationLevel.Dedicated, State = TenantState.Active,
            CreatedAt = now, CreatedBy = "test",
        };
        var job = new SeedJob
        {
            Id = new SeedJobId(Guid.NewGuid()), TenantId = tenant.Id, SubscriptionId = rows.Subscription, Name = "all", Layer = SeedLayer.Client, CreatedAt = now,
            CreatedBy = "test",
        };
        await host.InScopeAsync<PioneerDbContext, int>(async db =>
        {
            db.Tenants.Add(tenant);
            db.Subscriptions.Add(rows.HeldSubscription(tenant.Id, select, now));
            db.SeedJobs.Add(job);
            db.Operations.Add(new Operation
            {
                Id = rows.Operation, Kind = OperationKind.RunSeed, TenantId = tenant.Id, Subject = "acme/all", Target = rows.Run.ToString(), State = operationState,
                CancelRequested = cancelled, RequestedAt = now - TimeSpan.FromHours(1), RequestedBy = "test",
            });
            db.SeedRuns.Add(new SeedRun
            {
                Id = rows.Run, TenantId = tenant.Id, SeedJobId = job.Id, SubscriptionId = rows.Subscription, OperationId = rows.Operation,
                State = SeedRunState.Snapshotting, MachineState = JsonSerializer.Serialize(state), RequestedAt = now, RequestedBy = "test",
            });
            return await db.SaveChangesAsync();
        });
        return rows;
    }

    public Task<SeedRun> RunAsync(JobsHost host) =>
        host.InScopeAsync<PioneerDbContext, SeedRun>(db => db.SeedRuns.AsNoTracking().SingleAsync(row => row.Id == Run));

    public Task<Subscription> SubscriptionAsync(JobsHost host) =>
        host.InScopeAsync<PioneerDbContext, Subscription>(db => db.Subscriptions.AsNoTracking().SingleAsync(row => row.Id == Subscription));

    private Subscription HeldSubscription(TenantId tenant, string select, DateTimeOffset now) => new()
    {
        Id = Subscription,
        TenantId = tenant,
        Name = "my-balances",
        State = SubscriptionState.Seeding,
        HeldBy = Run,
        CurrentVersion = 1,
        CreatedAt = now,
        CreatedBy = "test",
        ChangedAt = now,
        Versions =
        [
            new SubscriptionVersion
            {
                SubscriptionId = Subscription, TenantId = tenant, Number = 1, Sql = "SELECT * FROM BALANCES EMIT CHANGES;",
                Select = select, SourceObject = "ACME__BALANCES", SourceTopic = "acme.t.balances", Reads = [], ResultSchema = [],
                Seedability = "Exact", QueryId = QueryId, CreatedAt = now, CreatedBy = "test",
            },
        ],
    };
}
