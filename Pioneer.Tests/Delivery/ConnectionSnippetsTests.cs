using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Configuration;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.Features.Delivery;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>What the delivery page gives to copy, run as it stands by a tenant's own user until it prints a record.</summary>
public abstract class ConnectionSnippetsContract : IAsyncLifetime
{
    private const string Kcat = "/usr/bin/kcat", Python = "/usr/bin/python3", Javac = "/usr/bin/javac", Password = "s3cret";
    private const string Printed = "0 0 k acme's";

    private readonly string _slug = $"acme-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-snippet-").FullName;

    private string Topic => $"{_slug}.d.large";

    private string User => $"{_slug}.app";

    private ConnectionSnippets Snippets => new(new ConfigurationBuilder().AddInMemoryCollection([new("Kafka:BootstrapServers", Kafka.BootstrapServers)]).Build());

    /// <summary>How the platform's own administrator signs in.</summary>
    private protected abstract KafkaOptions Kafka { get; }

    /// <summary>Why Debian's clients, which are built on librdkafka 2.0.2, cannot sign in here; null where they can.</summary>
    private protected virtual string? OldClientsAreRefused => null;

    public virtual async ValueTask InitializeAsync()
    {
        using var admin = new AdminClientBuilder(ClientOf(Kafka.Username!, Kafka.Password!, SaslMechanism.ScramSha256)).SetLogHandler((_, _) => { }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        await admin.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = User, ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
                Password = System.Text.Encoding.UTF8.GetBytes(Password),
            },
        ]);
        await admin.CreateAclsAsync([Read(ResourceType.Topic, $"{_slug}.d."), Read(ResourceType.Group, $"{_slug}.")]);
        using var producer = new ProducerBuilder<string, string>(ClientOf(Kafka.Username!, Kafka.Password!, SaslMechanism.ScramSha256)).SetLogHandler((_, _) => { }).Build();
        await producer.ProduceAsync(Topic, new Message<string, string> { Key = "k", Value = "acme's" });

        // a user and its rights reach the brokers one after the other, and clients of other makes give up at the first refusal
        await Wait.UntilAsync(() => Task.Run(CanRead));
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        TestFolder.Delete(_folder);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Kcat_command_prints_a_record()
    {
        Assert.SkipUnless(File.Exists(Kcat), $"{Kcat} is not installed");
        Assert.SkipWhen(OldClientsAreRefused is not null, OldClientsAreRefused ?? "");

        // it would go on reading: one record is enough
        var run = await ToolRun.StartAsync("bash", ["-c", $"{Snippets.Kcat(_slug, User, Password, topic: Topic)} -c 1"]);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("acme's\n", run.Output);
    }

    [Fact]
    public async Task Node_script_prints_a_record()
    {
        Assert.SkipWhen(await NodeTools.MissingAsync() is not null, await NodeTools.MissingAsync() ?? "");

        // kafkajs tells of its group by the same way; a record's line begins with the number of its partition
        var run = await NodeTools.RunAsync(
            $"const print = console.log; console.log = (...values) => {{ print(...values); if (typeof values[0] === 'number') process.exit(0); }};\n{Own(Snippets.Node(_slug, Topic))}");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.EndsWith($"\n{Printed}\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Java_program_prints_a_record()
    {
        Assert.SkipWhen(KafkaScripts.Missing is not null, KafkaScripts.Missing ?? "");
        Assert.SkipUnless(File.Exists(Javac), $"{Javac} is not installed, and the program is compiled as it is run");
        var libraries = Path.Combine(Path.GetDirectoryName(KafkaScripts.Find("kt"))!, "..", "libs", "*");

        await ToolRun.UntilLineAsync("java", ["-cp", libraries, await FileAsync("Reader.java", Snippets.Java(_slug, Topic))], Printed);
    }

    [Fact]
    public async Task DotNet_program_prints_a_record() =>
        await ToolRun.UntilLineAsync("dotnet", ["run", "--file", await FileAsync("reader.cs", Snippets.DotNet(_slug, Topic))], Printed);

    [Fact]
    public async Task Python_program_prints_a_record()
    {
        Assert.SkipUnless(
            File.Exists(Python) && (await ToolRun.StartAsync(Python, ["-c", "import confluent_kafka"])).ExitCode == 0, $"{Python} has no confluent_kafka (python3-confluent-kafka)");
        Assert.SkipWhen(OldClientsAreRefused is not null, OldClientsAreRefused ?? "");

        await ToolRun.UntilLineAsync(Python, [await FileAsync("reader.py", Snippets.Python(_slug, Topic))], Printed);
    }

    private static AclBinding Read(ResourceType type, string prefix, string user) => new()
    {
        Pattern = new ResourcePattern { Type = type, Name = prefix, ResourcePatternType = ResourcePatternType.Prefixed },
        Entry = new AccessControlEntry { Principal = $"User:{user}", Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
    };

    private AclBinding Read(ResourceType type, string prefix) => Read(type, prefix, User);

    private bool CanRead()
    {
        var config = new ConsumerConfig(ClientOf(User, Password, SaslMechanism.ScramSha512)) { GroupId = $"{_slug}.probe", AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe(Topic);
        try
        {
            return consumer.Consume(Patience.Usual) is not null;
        }
        catch (ConsumeException early) when (early.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.UnknownTopicOrPart)
        {
            return false;
        }
    }

    private ClientConfig ClientOf(string user, string password, SaslMechanism mechanism) => new()
    {
        BootstrapServers = Kafka.BootstrapServers, SecurityProtocol = SecurityProtocol.SaslPlaintext, SaslMechanism = mechanism, SaslUsername = user, SaslPassword = password,
    };

    private string Own(string snippet) => snippet.Replace("USER", User, StringComparison.Ordinal).Replace("PASSWORD", Password, StringComparison.Ordinal);

    private async Task<string> FileAsync(string name, string snippet)
    {
        var file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, Own(snippet), TestContext.Current.CancellationToken);
        return file;
    }
}

/// <summary>On the embedded broker.</summary>
public sealed class ConnectionSnippetsTests : ConnectionSnippetsContract
{
    private BrokerHarness _broker = null!;

    private protected override KafkaOptions Kafka => _broker.Options;

    public override async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }
}

/// <summary>On secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheConnectionSnippetsTests : ConnectionSnippetsContract
{
    private readonly SharedKafka _kafka;

    public ApacheConnectionSnippetsTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        _kafka = kafka;
    }

    private protected override KafkaOptions Kafka => _kafka.Options;

    private protected override string OldClientsAreRefused => "Kafka 4 refuses clients that do not check the server's nonce (CVE-2024-56128), and Debian's librdkafka 2.0.2 is one of them.";
}
