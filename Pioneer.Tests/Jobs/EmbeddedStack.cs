using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Pioneer.Embedded.Connect;
using Pioneer.Embedded.Ksql;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// The embedded platform on free ports: broker with authorizer (or Apache Kafka in its place), ksql server, Connect worker and the demo bank,
/// without the bank's own traffic.
/// </summary>
internal sealed class EmbeddedStack : IAsyncDisposable
{
    private const string User = "pioneer";
    private const string Password = "a password of the test";

    private readonly string _folder;
    private readonly EmbeddedPlatform _platform;
    private readonly KsqlServer _ksql;
    private readonly bool _clusterGoesOn;

    private EmbeddedStack(string folder, EmbeddedPlatform platform, KsqlServer ksql, KafkaOptions kafka, bool clusterGoesOn)
    {
        _clusterGoesOn = clusterGoesOn;
        _folder = folder;
        _platform = platform;
        _ksql = ksql;
        Kafka = kafka;
    }

    public KafkaOptions Kafka { get; }

    public EmbeddedPlatform Platform => _platform;

    public string KsqlUrl => _ksql.Url.ToString().TrimEnd('/');

    public string ConnectUrl => _platform.Endpoints.Connect!;

    public static Task<EmbeddedStack> StartAsync(KafkaOptions? external) => StartAsync(external, []);

    /// <param name="secrets">Resolve the references in connectors' configurations.</param>
    public static async Task<EmbeddedStack> StartAsync(KafkaOptions? external, params IConfigProvider[] secrets)
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-stack-").FullName;
        var platform = await EmbeddedPlatform.StartAsync(
            new EmbeddedPlatformOptions
            {
                DataDirectory = folder,
                KafkaSaslEndpoint = external is null ? TestPorts.NextEndpoint() : null,
                SuperUser = User,
                SuperPassword = Password,
                ConnectEndpoint = TestPorts.NextEndpoint(),
                ConnectUser = User,
                ConnectPassword = Password,
                ConfigProviders = [.. secrets],
                Demo = true,
                DemoPaymentsPerSecond = 0,
                ExternalKafka = external is null
                    ? null
                    : new global::Pioneer.Embedded.KafkaConnection(
                        external.BootstrapServers, external.SecurityProtocol, external.SaslMechanism, external.Username, external.Password),
            },
            NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        var ksql = await KsqlServer.StartAsync(
            new KsqlServerOptions { Endpoint = TestPorts.NextEndpoint(), DataDirectory = Path.Combine(folder, "ksql"), BasicUser = User, BasicPassword = Password },
            NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        var kafka = external ?? new KafkaOptions
        {
            BootstrapServers = platform.Endpoints.KafkaSasl!,
            SecurityProtocol = "SASL_PLAINTEXT",
            SaslMechanism = "SCRAM-SHA-256",
            Username = User,
            Password = Password,
        };
        return new EmbeddedStack(folder, platform, ksql, kafka, clusterGoesOn: external is not null);
    }

    public Task<JobsHost> StartJobsAsync(string data) => StartJobsAsync(data, _ => { });

    /// <param name="add">Areas beyond what <c>AddPioneerJobs</c> registers.</param>
    public Task<JobsHost> StartJobsAsync(string data, Action<IServiceCollection> add, params (string Key, string Value)[] settings) =>
        JobsHost.StartAsync(data, Kafka, ConnectUrl, KsqlUrl, add,
            [("Ksql:Username", User), ("Ksql:Password", Password), ("Connect:Username", User), ("Connect:Password", Password), ("Kafka:Partitions", "2"), .. settings]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_clusterGoesOn)
            {
                await DeleteConnectorsAsync();
            }
        }
        finally
        {
            await _ksql.DisposeAsync();
            await _platform.DisposeAsync();
        }

        TestFolder.Delete(_folder);
    }

    /// <summary>They are kept in the cluster: the next worker on it would run them, against a bank that is gone by then.</summary>
    private async Task DeleteConnectorsAsync()
    {
        using var rest = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(ConnectUrl), Timeout = Patience.Usual };
        rest.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        foreach (var name in (await rest.GetFromJsonAsync<string[]>("/connectors"))!)
        {
            using var answer = await rest.DeleteAsync($"/connectors/{Uri.EscapeDataString(name)}");
            answer.EnsureSuccessStatusCode();
        }
    }
}
