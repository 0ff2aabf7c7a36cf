using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>What a tenant does with the credential that the portal gave it.</summary>
public sealed class KcatTests : IAsyncLifetime
{
    private const string Kcat = "/usr/bin/kcat";

    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Kcat), $"{Kcat} is not installed");
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("acme.d.large");
        await _broker.CreateTopicAsync("globex.d.large");
        await _broker.CreateUserAsync("acme.app", "s3cret");
        await _broker.AllowAsync("acme.app", ResourceType.Topic, "acme.d.", AclOperation.Read);
        await _broker.AllowAsync("acme.app", ResourceType.Group, "acme.", AclOperation.Read);
        await _broker.Producer().ProduceAsync("acme.d.large", new Message<string, string> { Key = "k", Value = "acme's" });
        await _broker.Producer().ProduceAsync("globex.d.large", new Message<string, string> { Key = "k", Value = "globex's" });
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Tenant_reads_its_own_topic()
    {
        var run = await RunAsync("acme.app", "s3cret", "-C", "-t", "acme.d.large", "-o", "beginning", "-e", "-q");

        Assert.Equal((0, "acme's\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Tenant_reads_its_own_topic_with_a_group()
    {
        var run = await RunAsync("acme.app", "s3cret", "-X", "auto.offset.reset=earliest", "-c", "1", "-q", "-G", "acme.g", "acme.d.large");

        Assert.Equal((0, "acme's\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Tenant_is_refused_its_neighbours_topic()
    {
        var run = await RunAsync("acme.app", "s3cret", "-C", "-t", "globex.d.large", "-o", "beginning", "-e", "-q");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("Topic authorization failed", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tenant_may_not_write()
    {
        var run = await PipeAsync("forged\n", "acme.app", "s3cret", "-P", "-t", "acme.d.large");

        Assert.Contains("Topic authorization failed", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_password_is_refused()
    {
        var run = await RunAsync("acme.app", "wrong", "-L", "-m", "20");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("SASL authentication error", run.Errors, StringComparison.Ordinal);
    }

    private Task<ToolRun> RunAsync(string user, string password, params string[] arguments) => PipeAsync("", user, password, arguments);

    private Task<ToolRun> PipeAsync(string input, string user, string password, params string[] arguments) => ToolRun.StartAsync(
        Kcat,
        [
            "-b", _broker.Sasl, "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanisms=SCRAM-SHA-256",
            "-X", "sasl.username=" + user, "-X", "sasl.password=" + password, .. arguments,
        ],
        input);
}
