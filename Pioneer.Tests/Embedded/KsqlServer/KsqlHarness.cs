using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded.Ksql;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>A ksql server against an embedded broker over SASL, and a client of its REST.</summary>
internal sealed class KsqlHarness : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-ksql-").FullName;
    private readonly SocketsHttpHandler _handler = new();
    private readonly HttpClient _http;

    private KsqlHarness(BrokerHarness broker)
    {
        Broker = broker;
        _http = new HttpClient(_handler) { Timeout = Patience.Usual };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ksql:secret"u8));
    }

    public BrokerHarness Broker { get; }

    public Pioneer.Embedded.Ksql.KsqlServer Server { get; private set; } = null!;

    public HttpClient Http => _http;

    public static KafkaConnection ConnectionTo(BrokerHarness broker, string user = BrokerHarness.SuperUser, string password = BrokerHarness.SuperPassword) =>
        new(broker.Sasl, "SASL_PLAINTEXT", "SCRAM-SHA-256", user, password);

    public static async Task<KsqlHarness> StartAsync()
    {
        var harness = new KsqlHarness(await BrokerHarness.StartAsync());
        await harness.OpenAsync();
        return harness;
    }

    public async Task OpenAsync()
    {
        Server = await Pioneer.Embedded.Ksql.KsqlServer.StartAsync(
            new KsqlServerOptions
            {
                Endpoint = TestPorts.NextEndpoint(),
                DataDirectory = _directory,
                DefaultService = ConnectionTo(Broker),
                BasicUser = "ksql",
                BasicPassword = "secret",
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the service to be ready", async () => (await _http.GetAsync(new Uri(Server.Url, "info"))).IsSuccessStatusCode);
    }

    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await OpenAsync();
    }

    /// <summary>What the server, which is stopped, remembers of its queries' sources is gone.</summary>
    public void LosePositions() => Array.ForEach(Directory.GetFiles(_directory, "sources-*.json", SearchOption.AllDirectories), File.Delete);

    public Task<JsonArray> RunAsync(string ksql, bool earliest = true) => RunOnAsync(Server.Url, ksql, earliest);

    public async Task<JsonArray> RunOnAsync(Uri service, string ksql, bool earliest = true)
    {
        var (status, body) = await PostAsync(Under(service, "ksql"), Request(ksql, earliest));
        return status == HttpStatusCode.OK ? body!.AsArray() : throw new InvalidOperationException($"{status}: {body}");
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(Uri url, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(url, content);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public static JsonObject Request(string ksql, bool earliest = true) => new()
    {
        ["ksql"] = ksql,
        ["streamsProperties"] = earliest ? new JsonObject { ["ksql.streams.auto.offset.reset"] = "earliest" } : [],
    };

    public static Uri Under(Uri service, string path) => new(service.AbsoluteUri.TrimEnd('/') + "/" + path);

    /// <summary>Opens a query on /query-stream or /query and gives the response once its headers are there.</summary>
    public async Task<HttpResponseMessage> OpenQueryAsync(string path, JsonObject body, string accept, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Under(Server.Url, path)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd(accept);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public static JsonObject StreamRequest(string sql, string reset = "earliest") =>
        new() { ["sql"] = sql, ["properties"] = new JsonObject { ["auto.offset.reset"] = reset } };

    /// <summary>Writes JSON records in Kafka's partitioning.</summary>
    public async Task ProduceAsync(string topic, params IEnumerable<(string? Key, string? Value)> records)
    {
        using var producer = new ProducerBuilder<string?, string?>(new ProducerConfig(Broker.Client()) { Partitioner = Partitioner.Murmur2Random, LingerMs = 2 })
            .SetKeySerializer(NullableText.Instance!).SetValueSerializer(NullableText.Instance!).Build();
        foreach (var (key, value) in records)
        {
            producer.Produce(topic, new Message<string?, string?> { Key = key, Value = value });
        }

        producer.Flush(Patience.Usual);
        await Task.CompletedTask;
    }

    /// <summary>All committed records of a topic once there are so many, or what there is when patience ends.</summary>
    public List<ConsumeResult<string, string>> Read(string topic, int count)
    {
        var consumer = Broker.Consumer("reader-" + Guid.CreateVersion7().ToString("N"), c =>
        {
            c.IsolationLevel = IsolationLevel.ReadCommitted;
            c.EnablePartitionEof = true;
        });
        var partitions = Broker.Admin().GetMetadata(topic, Patience.Usual).Topics[0].Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)).ToList();
        consumer.Assign(partitions);
        var records = new List<ConsumeResult<string, string>>();
        var waited = Stopwatch.StartNew();
        var ends = new HashSet<int>();
        while (records.Count < count || ends.Count < partitions.Count)
        {
            Assert.True(
                waited.Elapsed < Patience.Usual,
                $"{topic}: {records.Count} of {count} records, the ends of {ends.Count} of {partitions.Count} partitions within {Patience.Usual}");
            var result = consumer.Consume(TimeSpan.FromMilliseconds(200));
            if (result is { IsPartitionEOF: true })
            {
                ends.Add(result.Partition.Value);
            }
            else if (result is not null)
            {
                ends.Remove(result.Partition.Value);
                records.Add(result);
            }
        }

        return records;
    }

    /// <summary>Asked by a consumer that does not join: librdkafka's admin request for it ends the process where a coordinator moves (its issue 5040).</summary>
    public Dictionary<int, long> Committed(string group, string topic)
    {
        var partitions = Broker.Admin().GetMetadata(topic, Patience.Usual).Topics[0].Partitions.Select(p => new TopicPartition(topic, p.PartitionId));
        return Broker.Consumer(group).Committed([.. partitions], Patience.Usual)
            .Where(p => p.Offset.Value >= 0).ToDictionary(p => p.Partition.Value, p => p.Offset.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Broker.DisposeAsync();
        _http.Dispose();
        _handler.Dispose();
        TestFolder.Delete(_directory);
    }

    private sealed class NullableText : ISerializer<string?>
    {
        public static NullableText Instance { get; } = new();

        public byte[]? Serialize(string? data, SerializationContext context) => data is null ? null : Encoding.UTF8.GetBytes(data);
    }
}
