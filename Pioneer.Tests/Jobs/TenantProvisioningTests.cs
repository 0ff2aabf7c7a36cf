using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>A tenant from its row to an empty plan, on three secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class TenantProvisioningTests : IAsyncLifetime
{
    private readonly SharedKafka _kafka;
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-jobs-").FullName;
    private FakePlatform _platform = null!;

    public TenantProvisioningTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        _kafka = kafka;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _platform = await FakePlatform.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Tenant_ends_in_sync_with_its_principals_working_on_the_brokers()
    {
        await using var host = await JobsHost.StartAsync(_folder, _kafka.Options, _platform);
        var (slug, operation) = await CreateAsync(host);
        var done = await host.FinishedAsync(operation);

        Assert.True(done.State == OperationState.Succeeded, done.Error);
        Assert.NotEmpty(done.Steps);
        Assert.All(done.Steps, step => Assert.Equal(OperationStepState.Succeeded, step.State));
        Assert.Equal(100, done.Progress);
        Assert.True(_platform.Services.ContainsKey($"{slug}_"));
        var plan = await host.InScopeAsync<TenantPlanner, Domain.Result<Plan>>(planner => planner.PlanAsync(slug, Ct));
        Assert.True(plan.Value.InSync);
        var tenant = await host.InScopeAsync<PioneerDbContext, Tenant>(db => db.Tenants.SingleAsync(row => row.Slug == slug));
        Assert.Equal(TenantState.Active, tenant.State);
        Assert.Equal(0, tenant.DriftCount);

        var password = await host.InScopeAsync<SecretStore, Domain.Result<string>>(secrets => secrets.RevealAsync(SecretNames.PortalPrincipal(slug), Ct));
        await Wait.UntilAsync(() => host.Get<KafkaSignIn>().IsAcceptedAsync(new KafkaPrincipal(Principals.Portal(slug), password.Value), Ct));
    }

    [Fact]
    public async Task Limits_of_a_tenant_are_on_the_brokers_change_with_it_and_go_with_it()
    {
        await using var host = await JobsHost.StartAsync(_folder, _kafka.Options, _platform);
        var (slug, operation) = await CreateAsync(host);
        await host.FinishedAsync(operation);
        Assert.Equal(
            ["consumer_byte_rate=52428800", "consumer_byte_rate=52428800", "producer_byte_rate=10485760"],
            await QuotasAsync());

        var limits = new TenantLimits { ConsumerBytesPerSecond = 1 << 20, ProducerBytesPerSecond = TenantLimits.Unlimited, RequestPercentage = 12.5 };
        var change = await host.InScopeAsync<SetTenantLimits, Domain.Result<Domain.OperationId>>(
            set => set.ExecuteAsync(Actor.System, slug.Value, limits, revision: null, Ct));
        var changed = await host.FinishedAsync(change.Value);
        Assert.True(changed.State == OperationState.Succeeded, changed.Error);
        Assert.All(changed.Steps, step => Assert.Equal("quota", step.ResourceType));
        Assert.Equal(
            ["consumer_byte_rate=1048576", "consumer_byte_rate=1048576", "request_percentage=12.5", "request_percentage=12.5"], await QuotasAsync());

        var end = await host.InScopeAsync<TenantLifecycle, Domain.Result<Domain.OperationId>>(
            lifecycle => lifecycle.OffboardAsync(Actor.System, slug.Value, slug.Value, null, Ct));
        var ended = await host.FinishedAsync(end.Value);
        Assert.True(ended.State == OperationState.Succeeded, ended.Error);
        Assert.Empty(await QuotasAsync());

        async Task<List<string>> QuotasAsync() => [.. (await host.Get<KafkaQuotas>().DescribeAsync(Ct))
            .Where(quota => quota.User?.StartsWith($"{slug}.", StringComparison.Ordinal) == true)
            .SelectMany(quota => quota.Limits.Select(limit => FormattableString.Invariant($"{limit.Key}={limit.Value}"))).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Operation_waits_while_ksqlDB_is_down_and_goes_on_when_it_is_back()
    {
        _platform.Fail("ksql", true);
        await using var host = await JobsHost.StartAsync(_folder, _kafka.Options, _platform);
        var (_, operation) = await CreateAsync(host);
        // a busy machine may let another part be late first
        Assert.Contains("Next try", await host.WaitingAsync(operation, "ksqlDB"), StringComparison.Ordinal);

        _platform.Fail("ksql", false);
        Assert.Equal(OperationState.Succeeded, (await host.FinishedAsync(operation)).State);
    }

    [Fact]
    public async Task Unfinished_operation_is_taken_up_by_the_next_process()
    {
        _platform.Fail("connect", true);
        Domain.OperationId operation;
        await using (var first = await JobsHost.StartAsync(_folder, _kafka.Options, _platform))
        {
            operation = (await CreateAsync(first)).Operation;
            await Wait.UntilAsync(async () => await first.OperationAsync(operation) is { Attempt: > 0 });
        }

        _platform.Fail("connect", false);
        await using var second = await JobsHost.StartAsync(_folder, _kafka.Options, _platform);
        Assert.Equal(OperationState.Succeeded, (await second.FinishedAsync(operation)).State);
    }

    [Fact]
    public async Task Lost_right_is_drift_and_the_next_reconcile_gives_it_back()
    {
        await using var host = await JobsHost.StartAsync(_folder, _kafka.Options, _platform);
        var (slug, operation) = await CreateAsync(host);
        await host.FinishedAsync(operation);
        var rules = (await host.Get<KafkaAdmin>().DescribeAclsAsync(Ct)).Where(rule => rule.Entry.Principal == $"User:{slug}.portal").ToList();
        var count = AclSets.Portal(slug).Length;
        Assert.Equal(count, rules.Count);
        await host.Get<KafkaAdmin>().DeleteAclsAsync(rules, Ct);
        await Wait.UntilAsync(async () => (await PlanAsync()).Changes.Length == count);

        var repair = await host.InScopeAsync<RequestReconcile, Domain.Result<Domain.OperationId>>(
            request => request.ForTenantAsync(Actor.System, slug.Value, confirmation: null, Ct));
        var done = await host.FinishedAsync(repair.Value);
        Assert.Equal(OperationState.Succeeded, done.State);
        Assert.Equal(count, done.Steps.Count);
        Assert.True((await PlanAsync()).InSync);

        async Task<Plan> PlanAsync() => (await host.InScopeAsync<TenantPlanner, Domain.Result<Plan>>(planner => planner.PlanAsync(slug, Ct))).Value;
    }

    private static async Task<(TenantSlug Slug, Domain.OperationId Operation)> CreateAsync(JobsHost host)
    {
        var slug = $"t{Guid.NewGuid().ToString("N")[..10]}";
        var created = await host.InScopeAsync<CreateTenant, Domain.Result<TenantCreated>>(
            create => create.ExecuteAsync(Actor.System, new CreateTenantRequest(slug, slug, IsolationLevel.Dedicated), Ct));
        Assert.True(created.IsSuccess, created.Error?.ToString());
        return (created.Value.Slug, created.Value.Operation);
    }
}
