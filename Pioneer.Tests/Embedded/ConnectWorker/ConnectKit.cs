using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Pioneer.Embedded.Connect;
using Worker = Pioneer.Embedded.Connect.ConnectWorker;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>A worker with its own topics, a SQLite source and a reader of what arrives, for one test.</summary>
public sealed class ConnectKit : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private readonly string _directory;

    public ConnectKit(KafkaConnection kafka)
    {
        Kafka = kafka;
        _directory = Directory.CreateTempSubdirectory("pioneer-connect-").FullName;
    }

    public KafkaConnection Kafka { get; }

    public Worker? Worker { get; private set; }

    public string Database => Path.Combine(_directory, "source.db");

    public string Url { get; set; } = "";

    public ConnectWorkerOptions Options => new()
    {
        Endpoint = TestPorts.NextEndpoint(),
        Kafka = Kafka,
        GroupId = "connect-" + _id,
        ConfigTopic = _id + "-configs",
        OffsetTopic = _id + "-offsets",
        StatusTopic = _id + "-status",
    };

    public string Topic(string name) => $"{_id}.t.{name}";

    public Task StartWorkerAsync() => StartWorkerAsync(options => options);

    public async Task StartWorkerAsync(Func<ConnectWorkerOptions, ConnectWorkerOptions> change)
    {
        Worker = await Worker.StartAsync(change(Options), NullLoggerFactory.Instance, TimeProvider.System, default);
        Url = Worker.Url;
    }

    public async Task StopWorkerAsync()
    {
        if (Worker is not null)
        {
            await Worker.DisposeAsync();
            Worker = null;
        }
    }

    public async Task CreateTopicAsync(string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(Kafka.ToClientConfig("test")).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    /// <summary>What a tenant's plan gives the worker: writing the topics with the prefix.</summary>
    public async Task GrantWriteAsync(string principal, string prefix)
    {
        using var admin = new AdminClientBuilder(Kafka.ToClientConfig("test")).Build();
        await admin.CreateAclsAsync([WriteRule(principal, prefix)]);
    }

    public static AclBinding WriteRule(string principal, string prefix) => new()
    {
        Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = prefix, ResourcePatternType = ResourcePatternType.Prefixed },
        Entry = new AccessControlEntry { Principal = $"User:{principal}", Host = "*", Operation = AclOperation.Write, PermissionType = AclPermissionType.Allow },
    };

    public void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void CreatePayments() => Sql(
        """
        PRAGMA journal_mode=WAL;
        CREATE TABLE payments (id INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, amount DECIMAL(18,2) NOT NULL, updated_at TIMESTAMP NOT NULL);
        """);

    public void InsertPayments(int count, string tenant = "acme") => Sql(
        $"""
        INSERT INTO payments (tenant_id, amount, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
        SELECT '{tenant}', i * 1.5, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) FROM n
        """);

    public Dictionary<string, string> PaymentsConfig(string topic, string mode = "timestamp+incrementing", params (string Key, string Value)[] more)
    {
        var config = new Dictionary<string, string>
        {
            ["connector.class"] = "io.confluent.connect.jdbc.JdbcSourceConnector",
            ["connection.url"] = "jdbc:sqlite:" + Database,
            ["mode"] = mode,
            ["query"] = "SELECT * FROM (SELECT id, amount, updated_at FROM payments WHERE tenant_id = 'acme') q",
            ["incrementing.column.name"] = "id",
            ["timestamp.column.name"] = "updated_at",
            ["topic.prefix"] = topic,
            ["poll.interval.ms"] = "50",
            ["connection.backoff.ms"] = "100",
            ["transforms"] = "key,scalar",
            ["transforms.key.type"] = "org.apache.kafka.connect.transforms.ValueToKey",
            ["transforms.key.fields"] = "id",
            ["transforms.scalar.type"] = "org.apache.kafka.connect.transforms.ExtractField$Key",
            ["transforms.scalar.field"] = "id",
            ["key.converter"] = "org.apache.kafka.connect.json.JsonConverter",
            ["key.converter.schemas.enable"] = "false",
            ["value.converter"] = "org.apache.kafka.connect.json.JsonConverter",
            ["value.converter.schemas.enable"] = "false",
            ["value.converter.decimal.format"] = "NUMERIC",
        };
        foreach (var (key, value) in more)
        {
            config[key] = value;
        }

        return config;
    }

    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, Url + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task PutAsync(string name, Dictionary<string, string> config)
    {
        var (status, body) = await CallAsync(HttpMethod.Put, $"/connectors/{name}/config", config);
        Xunit.Assert.True((int)status < 300, body?.ToString());
    }

    public async Task<string> TaskStateAsync(string name)
    {
        var (_, body) = await CallAsync(HttpMethod.Get, $"/connectors/{name}/status");
        return body?["tasks"]?.AsArray().FirstOrDefault()?["state"]?.ToString() ?? body?["connector"]?["state"]?.ToString() ?? "?";
    }

    public Task WaitForStateAsync(string name, string state) => Wait.UntilAsync(async () => await TaskStateAsync(name) == state);

    /// <summary>All committed records of a topic, in partition order.</summary>
    public List<ConsumeResult<string, string>> Read(string topic)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig(Kafka.ToClientConfig("test"))
        {
            GroupId = "test-" + _id,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            EnableAutoCommit = false,
        }).SetValueDeserializer(Deserializers.Utf8).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, Patience.Usual).Topics[0].Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var records = new List<ConsumeResult<string, string>>();
        for (var open = partitions.Count; open > 0;)
        {
            var result = consumer.Consume(Patience.Usual);
            Xunit.Assert.NotNull(result);
            if (result.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                records.Add(result);
            }
        }

        return records;
    }

    public List<string> Keys(string topic) => [.. Read(topic).Select(record => record.Message.Key)];

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        _http.Dispose();
        TestFolder.Delete(_directory);
    }
}
