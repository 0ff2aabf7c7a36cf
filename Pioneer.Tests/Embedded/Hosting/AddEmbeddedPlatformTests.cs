using System.Net;
using System.Net.Http.Json;
using System.Text;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Xunit;

namespace Pioneer.Tests.Embedded.Hosting;

public sealed class AddEmbeddedPlatformTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-host-").FullName;

    [Fact]
    public async Task Host_learns_everything_from_configuration_and_only_the_authenticated_way_in_exists()
    {
        var (host, configuration) = await StartHostAsync();
        await using var _ = host;

        var own = EmbeddedCommandLineKafka(configuration);
        using var admin = new AdminClientBuilder(own.ToClientConfig("test")).Build();
        Assert.NotEmpty(admin.GetMetadata(Patience.Usual).Brokers);
        Assert.Equal("SASL_PLAINTEXT", configuration["Kafka:SecurityProtocol"]);
        Assert.Equal(configuration["Kafka:BootstrapServers"], configuration["Kafka:AdvertisedBootstrapServers"]);
        Assert.StartsWith("http://127.0.0.1:", configuration["Connect:Url"], StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:", configuration["Ksql:Url"], StringComparison.Ordinal);
        Assert.Equal(configuration["Ksql:Url"], configuration["Ksql:HostUrl"]);
        Assert.StartsWith("jdbc:sqlite:", configuration["Demo:ConnectionUrl"], StringComparison.Ordinal);
        Assert.Null(host.Services.GetRequiredService<EmbeddedPlatform>().Endpoints.Kafka);
        var secret = Path.Combine(_directory, "embedded", "secret");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        }
    }

    [Fact]
    public async Task Worker_and_ksql_server_each_ask_for_a_credential_that_only_configuration_knows()
    {
        var (host, configuration) = await StartHostAsync(("Demo", "false"));
        await using var _ = host;
        using var stranger = new HttpClient(new SocketsHttpHandler());
        using var connect = Client(configuration, "Connect:Url", "Connect");
        using var ksql = KsqlHost(configuration);

        foreach (var address in new[] { $"{configuration["Connect:Url"]}/connectors", $"{configuration["Ksql:Url"]}/host/services" })
        {
            using var refused = await stranger.GetAsync(new Uri(address), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        Assert.Equal("[]", await connect.GetStringAsync("connectors", TestContext.Current.CancellationToken));
        Assert.Contains("default_", await ksql.GetStringAsync("host/services", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var secrets = new[] { "Kafka", "Ksql", "Connect" }.Select(part => configuration[part + ":Password"]!).ToList();
        Assert.Distinct(secrets);
        Assert.All(secrets, secret => Assert.Matches("^[0-9a-f]{48,}$", secret));
    }

    [Fact]
    public async Task Restart_keeps_the_secret_the_ports_and_the_answer_about_the_demo()
    {
        var (first, before) = await StartHostAsync(("Demo", "false"));
        await first.DisposeAsync();
        var (second, after) = await StartHostAsync(remembered: true);
        await using var _ = second;

        Assert.Equal(before["Kafka:Password"], after["Kafka:Password"]);
        Assert.Equal(before["Kafka:BootstrapServers"], after["Kafka:BootstrapServers"]);
        Assert.Equal(before["Connect:Url"], after["Connect:Url"]);
        Assert.Equal("false", after["Demo"]);
        Assert.False(Directory.Exists(Path.Combine(_directory, "demo")));
    }

    [Fact]
    public async Task Ksql_services_follow_the_broker_to_another_port()
    {
        var (first, before) = await StartHostAsync(("Demo", "false"));
        using (var http = KsqlHost(before))
        using (var put = await http.PutAsJsonAsync("host/services/acme_", new { bootstrapServers = before["Kafka:BootstrapServers"] }, TestContext.Current.CancellationToken))
        {
            put.EnsureSuccessStatusCode();
        }

        await first.DisposeAsync();
        var (second, after) = await StartHostAsync(("Demo", "false"));
        await using var _ = second;
        Assert.NotEqual(before["Kafka:BootstrapServers"], after["Kafka:BootstrapServers"]);
        using var host = KsqlHost(after);
        var services = await host.GetStringAsync("host/services", TestContext.Current.CancellationToken);
        Assert.Contains(after["Kafka:BootstrapServers"]!, services, StringComparison.Ordinal);
        Assert.DoesNotContain(before["Kafka:BootstrapServers"]!, services, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Platforms_started_at_once_each_find_ports_of_their_own()
    {
        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => StartHostAsync(
            remembered: true, ("Data", Path.Combine(_directory, $"{number}")), ("Demo", "false")))));
        try
        {
            foreach (var key in new[] { "Kafka:BootstrapServers", "Ksql:Url", "Connect:Url" })
            {
                Assert.Distinct(started.Select(host => host.Configuration[key]));
            }
        }
        finally
        {
            foreach (var (host, _) in started)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Parts_that_configuration_points_elsewhere_do_not_start()
    {
        var (host, configuration) = await StartHostAsync(("Connect:Url", "http://elsewhere:8083"), ("Demo", "false"), ("Ksql:Url", "http://elsewhere:8088"));
        await using var _ = host;

        var endpoints = host.Services.GetRequiredService<EmbeddedPlatform>().Endpoints;
        Assert.Null(endpoints.Connect);
        Assert.Null(endpoints.Ksql);
        Assert.NotNull(endpoints.KafkaSasl);
        Assert.Equal("http://elsewhere:8083", configuration["Connect:Url"]);
        Assert.Null(configuration["Ksql:HostUrl"]);
    }

    [Fact]
    public async Task Demo_bank_is_not_offered_to_a_connect_that_runs_elsewhere_and_the_answer_about_it_is_kept()
    {
        var (first, left) = await StartHostAsync(("Connect:Url", "http://elsewhere:8083"), ("Demo", "true"));
        await first.DisposeAsync();
        Assert.Equal((null, "false", "true"), (left["Demo:ConnectionUrl"], left["Demo"], left["Demo:LeftOut"]));
        Assert.False(Directory.Exists(Path.Combine(_directory, "demo")));

        var (second, own) = await StartHostAsync();
        await using var _ = second;
        Assert.NotNull(own["Demo:ConnectionUrl"]);
    }

    [Fact]
    public async Task Ksql_service_signs_in_by_settings_in_either_spelling()
    {
        var (host, configuration) = await StartHostAsync(("Demo", "false"));
        await using var _ = host;
        using var http = KsqlHost(configuration);
        using var put = await http.PutAsJsonAsync(
            "host/services/acme_",
            new
            {
                bootstrapServers = configuration["Kafka:BootstrapServers"], securityProtocol = "SaslPlaintext", saslMechanism = "ScramSha256",
                username = configuration["Kafka:Username"], password = configuration["Kafka:Password"],
            },
            TestContext.Current.CancellationToken);

        put.EnsureSuccessStatusCode();
        await Wait.UntilAsync(async () =>
            (await http.GetStringAsync("host/services", TestContext.Current.CancellationToken)).Contains("RUNNING", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Kafka:SaslMechanism", "GSSAPI")]
    [InlineData("Kafka:SecurityProtocol", "TLS")]
    public async Task Words_of_a_connection_that_no_part_could_use_are_refused_at_the_start(string key, string value)
    {
        var settings = new Dictionary<string, string>
        {
            ["Kafka:BootstrapServers"] = "127.0.0.1:1", ["Kafka:SecurityProtocol"] = "SASL_SSL", ["Demo"] = "false", ["Embedded:OnExternalKafka"] = "true", [key] = value,
        };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => StartHostAsync([.. settings.Select(pair => (pair.Key, pair.Value))]));

        Assert.Contains($"{key} '{value}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ksql:Url and Connect:Url")]
    [InlineData("Connect:Url", "Ksql:Url")]
    [InlineData("Ksql:Url", "Connect:Url")]
    public async Task Parts_run_on_a_cluster_of_somebody_else_only_when_asked_for(string unsaid, params string[] said)
    {
        await using var cluster = await EmbeddedPlatform.StartAsync(
            new EmbeddedPlatformOptions
            {
                DataDirectory = Path.Combine(_directory, "cluster"), KafkaSaslEndpoint = TestPorts.NextEndpoint(), SuperUser = "admin", SuperPassword = "admin-secret",
            },
            NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        (string, string)[] settings =
        [
            ("Kafka:BootstrapServers", cluster.Endpoints.KafkaSasl!), ("Kafka:SecurityProtocol", "SASL_PLAINTEXT"), ("Kafka:SaslMechanism", "SCRAM-SHA-256"),
            ("Kafka:Username", "admin"), ("Kafka:Password", "admin-secret"), ("Demo", "false"), .. said.Select(key => (key, "http://elsewhere:8083")),
        ];

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => StartHostAsync(settings));
        Assert.Contains($"{unsaid} no server", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Embedded:OnExternalKafka=true", refused.Message, StringComparison.Ordinal);
        using var admin = new AdminClientBuilder(cluster.Kafka!.ToClientConfig("test")).Build();
        Assert.All(admin.GetMetadata(Patience.Usual).Topics, topic => Assert.StartsWith("__", topic.Topic, StringComparison.Ordinal));

        var (host, _) = await StartHostAsync([.. settings, ("Embedded:OnExternalKafka", "true")]);
        await using var started = host;
        var endpoints = host.Services.GetRequiredService<EmbeddedPlatform>().Endpoints;
        Assert.Equal((null, said.Contains("Ksql:Url"), said.Contains("Connect:Url")), (endpoints.KafkaSasl, endpoints.Ksql is null, endpoints.Connect is null));
    }

    [Fact]
    public async Task Faults_stop_and_start_the_broker()
    {
        var (host, configuration) = await StartHostAsync(("Demo", "false"));
        await using var _ = host;
        var faults = host.Services.GetRequiredService<IFaultInjection>();
        using var admin = new AdminClientBuilder(EmbeddedCommandLineKafka(configuration).ToClientConfig("test"))
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

        await faults.StopBrokerAsync(default);
        Assert.False(faults.BrokerIsUp);
        Assert.Throws<KafkaException>(() => admin.GetMetadata(TimeSpan.FromSeconds(1)));
        await faults.StartBrokerAsync(default);

        Assert.True(faults.BrokerIsUp);
        Assert.NotEmpty(admin.GetMetadata(Patience.Usual).Brokers);
        await Assert.ThrowsAsync<ArgumentException>(() => faults.StopConnectTaskAsync("nobody", default));
    }

    [Theory]
    [InlineData("Embedded:Kafka", "0.0.0.0:9093")]
    [InlineData("Embedded:Connect", "somewhere")]
    [InlineData("Demo", "perhaps")]
    [InlineData("Embedded:DemoPaymentsPerSecond", "many")]
    public async Task Wrong_values_are_refused_naming_the_key(string key, string value)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => StartHostAsync((key, value)));

        Assert.Contains($"{key}={value}", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => TestFolder.Delete(_directory);

    private static KafkaConnection EmbeddedCommandLineKafka(IConfiguration configuration) => new(
        configuration["Kafka:BootstrapServers"]!,
        configuration["Kafka:SecurityProtocol"],
        configuration["Kafka:SaslMechanism"],
        configuration["Kafka:Username"],
        configuration["Kafka:Password"]);

    private static HttpClient KsqlHost(IConfiguration configuration) => Client(configuration, "Ksql:HostUrl", "Ksql");

    private static HttpClient Client(IConfiguration configuration, string url, string part)
    {
        var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(configuration[url]!) };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{configuration[part + ":Username"]}:{configuration[part + ":Password"]}")));
        return http;
    }

    private Task<(WebApplication Host, IConfiguration Configuration)> StartHostAsync(params (string Key, string Value)[] settings) =>
        StartHostAsync(false, settings);

    private async Task<(WebApplication Host, IConfiguration Configuration)> StartHostAsync(
        bool remembered, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Data", (string?)_directory), KeyValuePair.Create("urls", (string?)"http://127.0.0.1:0")]);
        if (!remembered)
        {
            builder.Configuration.AddInMemoryCollection(
                new[] { "Kafka", "Ksql", "Connect" }.Select(part => KeyValuePair.Create("Embedded:" + part, (string?)$"{TestPorts.NextEndpoint()}")));
        }

        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        await builder.AddEmbeddedPlatformAsync();
        var app = builder.Build();
        await app.StartAsync();
        return (app, app.Configuration);
    }
}
