using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Ingestion;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Tests.Provisioning;
using Xunit;

namespace Pioneer.Tests.Jobs.Connect;

/// <summary>A distributed worker of Apache Kafka on the secured nodes, with a file to read, for all tests of a class.</summary>
public sealed class ApacheConnectWorker(SharedKafka kafka) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-apache-connect-").FullName;

    public string? Missing => kafka.Missing;

    /// <summary>Where the worker's REST answers; its own topics have the number in their names.</summary>
    public int Port { get; private set; }

    /// <summary>How a connector may be told the path of the file that the source reads: by each provider that operations.md describes.</summary>
    public IReadOnlyList<string> References => [$"${{file:{_folder}/sources.properties:{{source}}}}", $"${{dir:{Secrets}:{{source}}}}"];

    private string Secrets => Path.Combine(_folder, "secrets");

    public ConnectUnderTest Connect { get; private set; } = new("http://127.0.0.1:1", "none", "none", new Dictionary<string, string>());

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        var topic = $"file-{Guid.NewGuid().ToString("N")[..8]}";
        using (var admin = new KafkaAdmin(
            new KafkaClients(Microsoft.Extensions.Options.Options.Create(kafka.Options), NullLogger<KafkaClients>.Instance), TimeProvider.System, NullLogger<KafkaAdmin>.Instance))
        {
            await admin.MakeAsync([TestTopics.Plain(topic)], CancellationToken.None);
        }

        var file = Path.Combine(_folder, "source.txt");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 20).Select(number => $"line {number}"));
        var client = Path.Combine(_folder, "client.properties");
        await File.WriteAllTextAsync(client, $"""
            security.protocol={kafka.Options.SecurityProtocol}
            sasl.mechanism={kafka.Options.SaslMechanism}
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{kafka.Options.Username}" password="{kafka.Options.Password}";

            """);
        Directory.CreateDirectory(Secrets);
        await File.WriteAllTextAsync(Path.Combine(_folder, "sources.properties"), $"bank={file}\n");
        await File.WriteAllTextAsync(Path.Combine(Secrets, "bank"), file);
        Port = TestPorts.Next();
        var output = await kafka.ScriptAsync(
            "connect", "start", Path.Combine(_folder, "worker"), kafka.Options.BootstrapServers, "--port", $"{Port}", "--client", client,
            "--set", "config.providers=file,dir",
            "--set", "config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider",
            "--set", $"config.providers.file.param.allowed.paths={_folder}",
            "--set", "config.providers.dir.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider",
            "--set", $"config.providers.dir.param.allowed.paths={Secrets}");
        Connect = new ConnectUnderTest(
            output.Trim().Split('\n')[^1], "org.apache.kafka.connect.file.FileStreamSourceConnector", "topic",
            new Dictionary<string, string>
            {
                ["connector.class"] = "org.apache.kafka.connect.file.FileStreamSourceConnector", ["tasks.max"] = "1", ["topic"] = topic, ["file"] = file,
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (Missing is null)
        {
            await kafka.ScriptAsync("connect", "stop", Path.Combine(_folder, "worker"));
        }

        TestFolder.Delete(_folder);
    }
}

/// <summary>The contract against a real distributed worker on a real secured cluster.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheConnectTests : ConnectClientContract, IClassFixture<ApacheConnectWorker>
{
    private readonly ApacheConnectWorker _worker;
    private readonly SharedKafka _kafka;

    public ApacheConnectTests(ApacheConnectWorker worker, SharedKafka kafka)
        : base(worker.Connect)
    {
        Assert.SkipWhen(worker.Missing is not null, worker.Missing ?? "");
        _worker = worker;
        _kafka = kafka;
    }

    protected override bool WritesBaseline => true;

    [Fact]
    public async Task References_of_the_described_providers_are_resolved_and_topics_and_answers_hold_nothing_else()
    {
        var secret = Connect.Source["file"];
        foreach (var setting in _worker.References)
        {
            var options = new ConnectOptions { SecretReference = setting };
            Assert.True(new ConnectOptionsValidator().Validate(null, options).Succeeded);
            var (name, reference) = ($"sealed-{Guid.NewGuid().ToString("N")[..8]}", options.ReferenceTo("bank")!);
            await Client.PutConfigAsync(name, Connect.Config(("file", reference)), Ct);
            await Wait.UntilAsync(async () => (await Client.StatusAsync(name, Ct))?.IsRunning == true);
            await Wait.UntilAsync(async () => !(await Client.OffsetsAsync(name, Ct)).IsEmpty);

            var shown = (await Client.ListAsync(Ct)).Single(connector => connector.Name == name).Config;
            Assert.Equal(reference, shown["file"]);
            Assert.Equal("bank", options.SourceOf(shown["file"]));
            var records = Records($"connect-{_worker.Port}-configs").Where(record => record.Key.Contains(name, StringComparison.Ordinal)).ToList();
            Assert.Contains(records, record => record.Value.Contains(reference, StringComparison.Ordinal));
            Assert.All(records, record => Assert.DoesNotContain(secret, record.Value, StringComparison.Ordinal));
            await Client.DeleteAsync(name, Ct);
        }
    }

    [Fact]
    public async Task Position_of_a_connector_is_told_with_when_it_was()
    {
        var name = $"apache{Guid.NewGuid().ToString("N")[..8]}.t.lines";
        await Client.PutConfigAsync(name, Connect.Source, Ct);
        await Wait.UntilAsync(async () => !(await Client.OffsetsAsync(name, Ct)).IsEmpty);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var picture = new PlatformPicture();
        var watch = new PositionWatch(Client, picture, clock, NullLogger<PositionWatch>.Instance);
        var seen = (await Client.ListAsync(Ct)).Single(connector => connector.Name == name).Status;
        Assert.Null(seen.Progress);
        picture.Show(new QuickLook(clock.GetUtcNow(), new BrokerLook(3, 3), [new ConnectorEvidence(name, seen.State, [], null)]));

        await Wait.UntilAsync(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await watch.AskAsync(Ct);
            var health = ConnectorHealth.Of(picture, name, "none");
            Assert.Equal(clock.GetUtcNow(), health.Position!.At);
            return health.Position.Text?.StartsWith("{\"position\":", StringComparison.Ordinal) == true;
        });

        await Client.DeleteAsync(name, Ct);
    }

    [Fact]
    public async Task Mark_of_a_batch_is_written_by_the_transform_that_batch_feeds_name()
    {
        var name = $"batch-{Guid.NewGuid().ToString("N")[..8]}";
        var mark = BatchConfig().Where(pair => pair.Key.StartsWith("transforms.markBatch.", StringComparison.Ordinal)).Select(pair => (pair.Key, (string?)pair.Value));
        await Client.PutConfigAsync(name, Connect.Config([("transforms", "markBatch"), .. mark]), Ct);

        await Wait.UntilAsync(() => Read(Connect.Source["topic"]).Exists(
            record => record.Message.Headers.TryGetLastBytes(BatchHeaders.Name, out var value) && Encoding.UTF8.GetString(value) == BatchHeaders.Row));

        await Client.DeleteAsync(name, Ct);
    }

    [Fact]
    public async Task Key_of_several_columns_is_the_object_that_ksqlDB_reads()
    {
        var wanted = FeedConnectorTests.Wanted("balances", "acme");
        wanted.Feed.KeyColumns = ["id", "amount"];
        var config = FeedConnector.Describe(TenantSlug.Parse("acme"), wanted, paused: false).Config;
        var name = $"composite-{Guid.NewGuid().ToString("N")[..8]}";
        var ours = config.Where(pair => pair.Key.StartsWith("transforms.makeKey.", StringComparison.Ordinal) || pair.Key.StartsWith("key.converter", StringComparison.Ordinal))
            .Select(pair => (pair.Key, (string?)pair.Value));

        // a file has lines and no columns: they are made of it
        await Client.PutConfigAsync(name, Connect.Config(
            [
                ("transforms", "line,kind,makeKey"), ("transforms.line.type", "org.apache.kafka.connect.transforms.HoistField$Value"), ("transforms.line.field", "ID"),
                ("transforms.kind.type", "org.apache.kafka.connect.transforms.InsertField$Value"), ("transforms.kind.static.field", "AMOUNT"),
                ("transforms.kind.static.value", "12.50"), .. ours,
            ]), Ct);

        await Wait.UntilAsync(() => Read(Connect.Source["topic"]).Exists(
            record => record.Message.Key == """{"ID":"line 1","AMOUNT":"12.50"}"""));

        await Client.DeleteAsync(name, Ct);
    }

    private static IReadOnlyDictionary<string, string> BatchConfig() =>
        FeedConnector.Describe(TenantSlug.Parse("acme"), FeedConnectorTests.Wanted("balances", "acme"), paused: false).Config;

    private List<(string Key, string Value)> Records(string topic) => [.. Read(topic).Select(record => (record.Message.Key, record.Message.Value ?? ""))];

    private List<ConsumeResult<string, string>> Read(string topic)
    {
        var kafka = new Pioneer.Embedded.KafkaConnection(
            _kafka.Options.BootstrapServers, _kafka.Options.SecurityProtocol, _kafka.Options.SaslMechanism, _kafka.Options.Username, _kafka.Options.Password);
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(kafka.ToClientConfig("test"))
        {
            GroupId = "test", EnablePartitionEof = true, EnableAutoCommit = false,
        }).SetValueDeserializer(Deserializers.Utf8).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var records = new List<ConsumeResult<string, string>>();
        while (consumer.Consume(Ct) is { IsPartitionEOF: false } record)
        {
            records.Add(record);
        }

        return records;
    }
}
