using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Configuration;
using Pioneer.Portal.Features.Delivery;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>What the delivery page offers to copy prints a record that was there before, as the tenant's own user.</summary>
public sealed class ConnectionSnippetsTests : IAsyncLifetime
{
    private const string Kcat = "/usr/bin/kcat", Topic = "acme.d.large", User = "acme.app", Password = "s3cret";

    private BrokerHarness _broker = null!;
    private ConnectionSnippets _snippets = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        _snippets = new ConnectionSnippets(new ConfigurationBuilder().AddInMemoryCollection([new("Kafka:BootstrapServers", _broker.Sasl)]).Build());
        await _broker.CreateTopicAsync(Topic);
        await _broker.Admin().AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = User,
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
                Password = System.Text.Encoding.UTF8.GetBytes(Password),
            },
        ]);
        await _broker.AllowAsync(User, ResourceType.Topic, "acme.d.", AclOperation.Read);
        await _broker.AllowAsync(User, ResourceType.Group, "acme.", AclOperation.Read);
        await _broker.Producer().ProduceAsync(Topic, new Message<string, string> { Key = "k", Value = "acme's" });
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Kcat_command_prints_a_record()
    {
        Assert.SkipUnless(File.Exists(Kcat), $"{Kcat} is not installed");

        // it would go on reading: one record is enough
        var run = await ToolRun.StartAsync("bash", ["-c", $"{_snippets.Kcat("acme", User, Password, topic: Topic)} -c 1"]);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("acme's\n", run.Output);
    }

    [Fact]
    public async Task Node_script_prints_a_record()
    {
        Assert.SkipWhen(await NodeTools.MissingAsync() is not null, await NodeTools.MissingAsync() ?? "");
        var script = _snippets.Node("acme", Topic).Replace("USER", User, StringComparison.Ordinal).Replace("PASSWORD", Password, StringComparison.Ordinal);

        // kafkajs tells of its group by the same way; a record's line begins with the number of its partition
        var run = await NodeTools.RunAsync(
            $"const print = console.log; console.log = (...values) => {{ print(...values); if (typeof values[0] === 'number') process.exit(0); }};\n{script}");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.EndsWith("\n0 0 k acme's\n", run.Output, StringComparison.Ordinal);
    }
}
