using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Embedded.Connect;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>The password of a source on its way to a connector: a reference wherever it can be read, and in clear only where a setting says so.</summary>
public sealed class SealedPasswordTests : IAsyncLifetime
{
    private const string Password = "S3cret-of-the-bank", Reference = "${pioneer:bank:password}", Key = "connection.password", Connector = "acme.t.payments";
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-sealed-").FullName;
    private EmbeddedStack _stack = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stack = await EmbeddedStack.StartAsync(external: null, new Provider());

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _stack.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Connector_of_an_earlier_version_gets_the_reference_from_the_next_drift_scan()
    {
        await StartAsync(("Connect:SecretReference", "${pioneer:{source}:password}"));
        await _host.SucceedAsync(await GrantAsync());
        Assert.Equal(Reference, await PasswordAsync());
        Assert.Empty(Occurrences());

        var connect = _host.Get<ConnectClient>();
        var config = (await connect.ListAsync(Ct)).Single(connector => connector.Name == Connector).Config;
        await connect.PutConfigAsync(Connector, config.SetItem(Key, Password), Ct);
        Assert.NotEmpty(Occurrences());
        var change = Assert.Single((await PlanAsync()).Changes);
        Assert.Contains($"{Key}=(in clear, or by another reference)", change.Before, StringComparison.Ordinal);
        Assert.Contains($"{Key}=***", change.After, StringComparison.Ordinal);

        await _host.InScopeAsync<DriftScan, bool>(async scan =>
        {
            await scan.RunAsync(Ct);
            return true;
        });

        await Wait.UntilAsync(async () => await PasswordAsync() == Reference);
        Assert.DoesNotContain(Password, Newest(), StringComparison.Ordinal);
        await Wait.UntilAsync(async () => (await PlanAsync()).InSync);
        await _host.InScopeAsync<PioneerDbContext, bool>(async db =>
        {
            Assert.DoesNotContain(await db.OperationSteps.ToListAsync(Ct), step => $"{step.Before}{step.After}{step.Error}".Contains(Password, StringComparison.Ordinal));
            Assert.DoesNotContain(await db.AuditEntries.ToListAsync(Ct), entry => $"{entry.Before}{entry.After}".Contains(Password, StringComparison.Ordinal));
            return true;
        });
    }

    [Fact]
    public async Task Without_a_reference_a_password_is_refused_with_the_key_and_given_in_clear_only_where_that_is_set()
    {
        await StartAsync();
        var refused = await _host.FinishedAsync(await GrantAsync());
        Assert.Equal(OperationState.Failed, refused.State);
        var why = string.Join(' ', refused.Steps.Select(step => step.Error));
        Assert.Contains("Connect:SecretReference", why, StringComparison.Ordinal);
        Assert.Contains("Connect:AllowClearPasswords=true", why, StringComparison.Ordinal);
        Assert.Empty(Occurrences());

        await _host.DisposeAsync();
        _host = await _stack.StartJobsAsync(_folder, _ => { }, ("Connect:AllowClearPasswords", "true"));
        await _host.SucceedAsync(await _host.DoAsync<RequestReconcile, OperationId>(r => r.ForTenantAsync(Actor.System, "acme", null, Ct)));

        Assert.Equal(Password, await PasswordAsync());
        Assert.True((await PlanAsync()).InSync);
    }

    private async Task StartAsync(params (string Key, string Value)[] settings)
    {
        _host = await _stack.StartJobsAsync(_folder, _ => { }, settings);
        await _host.DoAsync<ManageSources, SourceId>(s => s.AddAsync(
            Actor.System, new SourceRequest("bank", SourceKind.Sqlite, _stack.Platform.Endpoints.DemoBankUrl, "reader", Password), Ct));
        var tables = await _host.DoAsync<ManageSources, ImmutableArray<SourceTable>>(s => s.ListTablesAsync(Actor.System, "bank", Ct));
        await _host.DoAsync<ManageFeeds, FeedId>(
            f => f.DefineAsync(Actor.System, TenantStoryContract.Feed(tables, "payments", FeedKind.Event, "id", "updated_at", "id"), Ct));
        await _host.SucceedAsync((await _host.DoAsync<CreateTenant, TenantCreated>(
            c => c.ExecuteAsync(Actor.System, new CreateTenantRequest("acme", "Acme", Pioneer.Domain.Tenants.IsolationLevel.Dedicated), Ct))).Operation);
    }

    private async Task<OperationId> GrantAsync() => Assert.Single(await _host.DoAsync<SetEntitlements, ImmutableArray<OperationId>>(
        e => e.ExecuteAsync(Actor.System, [new EntitlementChange("acme", "payments", true, "acme")], Ct)));

    private Task<Plan> PlanAsync() => _host.DoAsync<TenantPlanner, Plan>(p => p.PlanAsync(TenantSlug.Parse("acme"), Ct));

    private async Task<string?> PasswordAsync() =>
        (await _host.Get<ConnectClient>().ListAsync(Ct)).SingleOrDefault(connector => connector.Name == Connector)?.Config.GetValueOrDefault(Key);

    private List<string> Occurrences() => [.. Records().Select(record => record.Value).Where(value => value.Contains(Password, StringComparison.Ordinal))];

    private string Newest() => Records().Last(record => record.Key == $"connector-{Connector}").Value;

    /// <summary>Every record of the worker's topic of configurations, oldest first.</summary>
    private List<(string Key, string Value)> Records()
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(_stack.Platform.Kafka!.ToClientConfig("test"))
        {
            GroupId = "test", EnablePartitionEof = true, EnableAutoCommit = false,
        }).SetValueDeserializer(Deserializers.Utf8).Build();
        consumer.Assign(new TopicPartitionOffset("connect-configs", 0, Offset.Beginning));
        var records = new List<(string, string)>();
        while (consumer.Consume(Ct) is { IsPartitionEOF: false } record)
        {
            records.Add((record.Message.Key, record.Message.Value ?? ""));
        }

        return records;
    }

    private sealed class Provider : IConfigProvider
    {
        public string Name => "pioneer";

        public Task<string> GetAsync(string path, string key, CancellationToken cancellationToken) =>
            Task.FromResult((path, key) == ("bank", "password") ? Password : throw new KeyNotFoundException($"{path} {key}"));
    }
}
