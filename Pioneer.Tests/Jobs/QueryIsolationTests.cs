using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>What happens when ksqlDB says that a started query reads or writes more than its tenant's names.</summary>
public sealed class QueryIsolationTests : IAsyncLifetime
{
    private const string Query = "ACME__BIG_V1";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-isolation-").FullName;
    private FakePlatform _platform = null!;
    private JobsHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _platform = await FakePlatform.StartAsync();
        var nobody = new KafkaOptions { BootstrapServers = "127.0.0.1:1", SecurityProtocol = "PLAINTEXT" };
        _host = await JobsHost.StartAsync(_folder, nobody, _platform);
        Describe("ACME__PAYMENTS", "acme.t.payments");
        Describe("ACME__BIG", "acme.d.big");
        Describe("GLOBEX__PAYMENTS", "globex.t.payments");
        Describe("ACME__DISGUISED", "globex.t.payments");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _platform.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Query_within_its_tenant_goes_on()
    {
        Explain("ACME__PAYMENTS", "ACME__BIG");

        Assert.True((await CheckAsync()).IsSuccess);
        Assert.DoesNotContain($"TERMINATE {Query};", _platform.Statements);
    }

    [Theory]
    [InlineData("GLOBEX__PAYMENTS", "ACME__BIG")]
    [InlineData("ACME__PAYMENTS", "GLOBEX__PAYMENTS")]
    [InlineData("ACME__DISGUISED", "ACME__BIG")]
    [InlineData("ACME__NOBODY_KNOWS", "ACME__BIG")]
    public async Task Query_that_leaves_its_tenant_is_ended_and_becomes_an_incident(string source, string sink)
    {
        Explain(source, sink);

        var result = await CheckAsync();

        Assert.Equal("IsolationBroken", result.Error?.Code);
        Assert.Contains($"TERMINATE {Query};", _platform.Statements);
        Assert.Equal(1, await _host.InScopeAsync<PioneerDbContext, int>(db => db.Incidents.CountAsync(row => row.Subject == Query)));
        Assert.Equal(1, await _host.InScopeAsync<PioneerDbContext, int>(db => db.AuditEntries.CountAsync(row => row.Action == "QueryTerminatedForIsolation")));
    }

    private Task<Result> CheckAsync() => _host.InScopeAsync<QueryIsolationCheck, Result>(check => check.CheckAsync("acme_", Query, Ct));

    private void Explain(string source, string sink) => _platform.Answers[$"EXPLAIN {Query};"] =
        $$"""[{"@type":"queryDescription","queryDescription":{"id":"{{Query}}","sources":["{{source}}"],"sinks":["{{sink}}"],"state":"RUNNING"} }]""";

    private void Describe(string name, string topic) => _platform.Answers[$"DESCRIBE {name} EXTENDED;"] =
        $$"""[{"@type":"sourceDescription","sourceDescription":{"name":"{{name}}","topic":"{{topic}}","type":"STREAM","fields":[]} }]""";
}
