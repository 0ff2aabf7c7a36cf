using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>One scan of several tenants, each in a state of its own, on the embedded platform.</summary>
public sealed class DriftScanTests : EmbeddedJobs
{
    [Fact]
    public async Task Scan_mends_who_drifted_looks_at_the_others_and_leaves_who_is_blind_or_worked_on()
    {
        await CreateAsync("acme", IsolationLevel.Dedicated);
        await CreateAsync("acme-eu", IsolationLevel.Shared);
        await CreateAsync("globex", IsolationLevel.Shared);
        await AddAsync("blind", ksqlUrl: "http://127.0.0.1:9");
        await using var odd = await RecordingServer.StartAsync(context => context.Response.WriteAsJsonAsync(new { }));
        await AddAsync("odd", ksqlUrl: odd.Url);
        await WorkOnAsync("globex");
        await Host.Get<KafkaAdmin>().MakeAsync([TestTopics.Plain("acme_t_cards"), TestTopics.Plain("acme.x"), TestTopics.Plain("acme-eu.t.x"), TestTopics.Plain("acmex")], Ct);
        await Host.Get<KafkaAdmin>().DeleteAclsOfAsync("acme.portal", Ct);
        await Host.Get<KsqlDbClient>().ExecuteAsync(
            KsqlNames.SharedServiceId, "CREATE STREAM `orders` (ID BIGINT) WITH (KAFKA_TOPIC='acme-eu.t.x', VALUE_FORMAT='JSON');", null, Ct);
        await PartsAreWhatIsReadAloneAsync("acme", "acme-eu", "globex");
        var before = await TenantsAsync();
        var began = TimeProvider.System.GetUtcNow();

        await Host.InScopeAsync<DriftScan, bool>(async scan =>
        {
            await scan.RunAsync(Ct);
            return true;
        });

        var after = await TenantsAsync();
        Assert.Equal(0, after["acme-eu"].DriftCount);
        Assert.True(after["acme-eu"].DriftCheckedAt >= began);
        Assert.All(["blind", "odd"], slug => Assert.Null(after[slug].DriftCheckedAt));
        Assert.Equal(before["globex"].DriftCheckedAt, after["globex"].DriftCheckedAt);
        var mending = Assert.Single(await SafeOperationsAsync());
        Assert.Equal("acme", mending.Subject);
        await Host.SucceedAsync(mending.Id);
        Assert.True((await Host.DoAsync<TenantPlanner, Plan>(planner => planner.PlanAsync(TenantSlug.Parse("acme"), Ct))).InSync);
    }

    private Task PartsAreWhatIsReadAloneAsync(params string[] slugs) => Host.InScopeAsync<IObservedStateReader, bool>(async reader =>
    {
        var platform = (await reader.ReadPlatformAsync(Ct)).Value;
        Assert.All(["blind", "odd"], slug => Assert.Equal("KsqlDbUnavailable", platform.For(TenantSlug.Parse(slug)).Error?.Code));
        foreach (var slug in slugs.Select(TenantSlug.Parse))
        {
            var alone = (await reader.ReadAsync(slug, Ct)).Value;
            var part = platform.For(slug).Value;
            Assert.Equal(alone.Brokers, part.Brokers);
            Assert.Equal(alone.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal), part.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal));
            Assert.NotEmpty(alone.Acls);
            Assert.Equal(alone.Acls.ToHashSet(), part.Acls.ToHashSet());
            Assert.NotEmpty(alone.Users);
            Assert.Equal(alone.Users.ToHashSet(), part.Users.ToHashSet());
            Assert.Equal(alone.Quotas.ToHashSet(), part.Quotas.ToHashSet());
            Assert.NotEmpty(alone.Services);
            Assert.Equal(alone.Services.ToHashSet(), part.Services.ToHashSet());
            Assert.Equal(alone.Streams, part.Streams);
            Assert.Equal(alone.Queries, part.Queries);
            Assert.Equal(alone.Connectors, part.Connectors);
        }

        Assert.Equal(["acme.x", "acme_t_cards"], platform.For(TenantSlug.Parse("acme")).Value.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal));
        return true;
    });

    private async Task CreateAsync(string slug, IsolationLevel isolation) => await Host.SucceedAsync((await Host.DoAsync<CreateTenant, TenantCreated>(
        c => c.ExecuteAsync(Actor.System, new CreateTenantRequest(slug, slug, isolation), Ct))).Operation);

    /// <summary>A tenant that nothing was ever done for.</summary>
    private Task AddAsync(string slug, string ksqlUrl) => InDatabaseAsync(db =>
    {
        db.Tenants.Add(new Tenant
        {
            Id = new TenantId(Guid.NewGuid()), Slug = TenantSlug.Parse(slug), Name = slug, Isolation = IsolationLevel.Dedicated, KsqlUrl = ksqlUrl,
            CreatedAt = TimeProvider.System.GetUtcNow(), CreatedBy = "test",
        });
        return Task.CompletedTask;
    });

    private Task WorkOnAsync(string slug) => InDatabaseAsync(async db =>
    {
        var tenant = await db.Tenants.SingleAsync(row => row.Slug == TenantSlug.Parse(slug), Ct);
        db.Operations.Add(new Operation
        {
            Id = new OperationId(Guid.NewGuid()), Kind = OperationKind.ReconcileTenant, TenantId = tenant.Id, Subject = slug, State = OperationState.Running,
            RequestedAt = TimeProvider.System.GetUtcNow(), RequestedBy = "test",
        });
    });

    private Task InDatabaseAsync(Func<PioneerDbContext, Task> change) => Host.InScopeAsync<PioneerDbContext, int>(async db =>
    {
        await change(db);
        return await db.SaveChangesAsync(Ct);
    });

    private Task<Dictionary<string, Tenant>> TenantsAsync() =>
        Host.InScopeAsync<PioneerDbContext, Dictionary<string, Tenant>>(db => db.Tenants.AsNoTracking().ToDictionaryAsync(row => row.Slug.Value, Ct));

    private Task<List<Operation>> SafeOperationsAsync() => Host.InScopeAsync<PioneerDbContext, List<Operation>>(
        db => db.Operations.AsNoTracking().Where(row => row.Target == RequestReconcile.SafeOnly).ToListAsync(Ct));
}
