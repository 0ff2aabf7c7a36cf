using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs.Connect;

/// <summary>A distributed worker of Apache Kafka on the secured nodes, with a file to read, for all tests of a class.</summary>
public sealed class ApacheConnectWorker(SharedKafka kafka) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-apache-connect-").FullName;

    public string? Missing => kafka.Missing;

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
            await admin.CreateTopicsAsync([new NewTopic(topic, 1, 1, new Dictionary<string, string>())], CancellationToken.None);
        }

        var file = Path.Combine(_folder, "source.txt");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 20).Select(number => $"line {number}"));
        var client = Path.Combine(_folder, "client.properties");
        await File.WriteAllTextAsync(client, $"""
            security.protocol={kafka.Options.SecurityProtocol}
            sasl.mechanism={kafka.Options.SaslMechanism}
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{kafka.Options.Username}" password="{kafka.Options.Password}";

            """);
        var output = await kafka.ScriptAsync("connect", "start", Path.Combine(_folder, "worker"), kafka.Options.BootstrapServers, "--port", $"{TestPorts.Next()}", "--client", client);
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

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The contract against a real distributed worker on a real secured cluster.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheConnectTests : ConnectClientContract, IClassFixture<ApacheConnectWorker>
{
    public ApacheConnectTests(ApacheConnectWorker worker)
        : base(worker.Connect) => Assert.SkipWhen(worker.Missing is not null, worker.Missing ?? "");

    protected override bool WritesBaseline => true;
}
