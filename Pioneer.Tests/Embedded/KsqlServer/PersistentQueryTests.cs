using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

public sealed class PersistentQueryTests : IAsyncLifetime
{
    private const string Declare =
        "CREATE STREAM ACME__PAYMENTS (ID BIGINT KEY, AMOUNT DECIMAL(18, 2), NAME STRING, MADE TIMESTAMP) WITH (KAFKA_TOPIC='acme.t.payments', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Sink =
        "CREATE STREAM IF NOT EXISTS LARGE (ID BIGINT KEY, AMOUNT DECIMAL(18, 2), NAME STRING) WITH (KAFKA_TOPIC='acme.d.large', PARTITIONS=3, REPLICAS=1, KEY_FORMAT='JSON', VALUE_FORMAT='JSON');";

    private const string Insert = "INSERT INTO LARGE WITH (QUERY_ID='LARGE_V1') SELECT ID, AMOUNT, UCASE(NAME) AS NAME FROM ACME__PAYMENTS WHERE AMOUNT > 100 EMIT CHANGES;";
    private const string Group = "_confluent-ksql-default_query_LARGE_V1";
    private KsqlHarness _ksql = null!;

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlHarness.StartAsync();
        await _ksql.Broker.CreateTopicAsync("acme.t.payments", 3);
        await _ksql.RunAsync(Declare + Sink);
    }

    public ValueTask DisposeAsync() => _ksql.DisposeAsync();

    [Fact]
    public async Task Insert_into_writes_what_passes_the_filter_with_key_partition_and_time_kept()
    {
        await _ksql.RunAsync(Insert);
        await _ksql.ProduceAsync("acme.t.payments", Enumerable.Range(0, 20).Select(i => ((string?)$"{i}", (string?)$"{{\"AMOUNT\":{i * 10}.5,\"NAME\":\"n{i}\",\"MADE\":0}}")));

        var source = _ksql.Read("acme.t.payments", 20).ToDictionary(r => r.Message.Key);
        var records = _ksql.Read("acme.d.large", 10);

        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"{i}"), records.Select(r => r.Message.Key).Order());
        Assert.All(records, r =>
        {
            Assert.Equal($"{{\"AMOUNT\":{r.Message.Key}0.50,\"NAME\":\"N{r.Message.Key}\"}}", r.Message.Value);
            Assert.Equal(source[r.Message.Key].Partition, r.Partition);
            Assert.Equal(source[r.Message.Key].Message.Timestamp.UnixTimestampMs, r.Message.Timestamp.UnixTimestampMs);
        });
    }

    [Fact]
    public async Task Lag_becomes_zero_even_behind_transaction_markers()
    {
        await _ksql.RunAsync(Insert);
        using (var producer = _ksql.Broker.Producer(c => c.TransactionalId = "upstream"))
        {
            producer.InitTransactions(Patience.Usual);
            producer.BeginTransaction();
            producer.Produce("acme.t.payments", new Message<string, string> { Key = "1", Value = "{\"AMOUNT\":500}" });
            producer.CommitTransaction();
        }

        var consumer = _ksql.Broker.Consumer("ends");
        await Wait.UntilAsync("a lag of 0", async () =>
        {
            var committed = _ksql.Committed(Group, "acme.t.payments");
            return committed.Count == 3 && committed.All(c => c.Value == consumer.QueryWatermarkOffsets(new TopicPartition("acme.t.payments", c.Key), Patience.Usual).High.Value);
        });
        Assert.Single(_ksql.Read("acme.d.large", 1));
    }

    [Fact]
    public async Task Offsets_committed_before_the_query_exists_are_where_it_starts()
    {
        await _ksql.ProduceAsync("acme.t.payments", Enumerable.Range(0, 30).Select(i => ((string?)$"{i}", (string?)"{\"AMOUNT\":500}")));
        var source = _ksql.Read("acme.t.payments", 30);
        var start = source.GroupBy(r => r.Partition.Value).ToDictionary(g => g.Key, g => g.Count() / 2L);
        await _ksql.Broker.Admin().AlterConsumerGroupOffsetsAsync(
        [
            new ConsumerGroupTopicPartitionOffsets(Group, [.. Enumerable.Range(0, 3).Select(p => new TopicPartitionOffset("acme.t.payments", p, start.GetValueOrDefault(p)))]),
        ]);

        await _ksql.RunAsync(Insert);

        var expected = source.Where(r => r.Offset.Value >= start[r.Partition.Value]).Select(r => r.Message.Key).Order();
        Assert.Equal(expected, _ksql.Read("acme.d.large", expected.Count()).Select(r => r.Message.Key).Order());
    }

    [Fact]
    public async Task Restart_continues_every_query_exactly_once()
    {
        await _ksql.RunAsync(Insert);
        for (var round = 0; round < 4; round++)
        {
            var first = round * 500;
            var writing = _ksql.ProduceAsync("acme.t.payments", Enumerable.Range(first, 500).Select(i => ((string?)$"{i}", (string?)"{\"AMOUNT\":500}")));
            await _ksql.RestartAsync();
            await writing;
        }

        var records = _ksql.Read("acme.d.large", 2000);

        Assert.Equal(2000, records.Count);
        Assert.Equal(2000, records.Select(r => r.Message.Key).Distinct().Count());
    }

    [Fact]
    public async Task Query_goes_on_after_the_broker_was_away()
    {
        await _ksql.RunAsync(Insert);
        await _ksql.ProduceAsync("acme.t.payments", ("1", "{\"AMOUNT\":500}"));
        Assert.Single(_ksql.Read("acme.d.large", 1));

        await _ksql.Broker.RestartAsync();
        await _ksql.ProduceAsync("acme.t.payments", ("2", "{\"AMOUNT\":500}"));

        Assert.Equal(["1", "2"], _ksql.Read("acme.d.large", 2).Select(r => r.Message.Key).Order());
    }

    [Fact]
    public async Task Terminate_stops_the_query_and_deletes_its_group()
    {
        await _ksql.RunAsync(Insert);
        await Wait.UntilAsync("offsets", () => _ksql.Committed(Group, "acme.t.payments").Count == 3);

        var answer = await _ksql.RunAsync("TERMINATE LARGE_V1;");

        Assert.Equal("Query terminated.", (string?)answer[0]!["commandStatus"]!["message"]);
        Assert.DoesNotContain((await _ksql.Broker.Admin().ListConsumerGroupsAsync()).Valid, g => g.GroupId == Group);
        Assert.Empty((await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]!.AsArray());
    }

    [Fact]
    public async Task Offsets_put_into_a_group_after_its_query_was_terminated_survive_a_restart()
    {
        await _ksql.RunAsync(Insert);
        await _ksql.RunAsync("TERMINATE LARGE_V1;");
        await _ksql.Broker.Admin().AlterConsumerGroupOffsetsAsync(
        [
            new ConsumerGroupTopicPartitionOffsets(Group, [.. Enumerable.Range(0, 3).Select(p => new TopicPartitionOffset("acme.t.payments", p, 0))]),
        ]);

        await _ksql.RestartAsync();

        Assert.Equal(3, _ksql.Committed(Group, "acme.t.payments").Count);
    }

    [Fact]
    public async Task Pause_commits_what_was_read_and_reads_no_more_until_resume_also_after_a_restart()
    {
        await _ksql.RunAsync(Insert);
        await _ksql.ProduceAsync("acme.t.payments", ("1", "{\"AMOUNT\":500}"));
        Assert.Single(_ksql.Read("acme.d.large", 1));

        await _ksql.RunAsync("PAUSE LARGE_V1;");
        await _ksql.ProduceAsync("acme.t.payments", ("2", "{\"AMOUNT\":500}"));
        await _ksql.RestartAsync();
        var shown = (await _ksql.RunAsync("SHOW QUERIES;"))[0]!["queries"]![0]!;
        Assert.Equal("""{"PAUSED":1}""", shown["statusCount"]!.ToJsonString());
        Assert.Equal("RUNNING", (string?)shown["state"]);
        var explained = (await _ksql.RunAsync("EXPLAIN LARGE_V1;"))[0]!["queryDescription"]!;
        Assert.Equal(["PAUSED"], explained["ksqlHostQueryStatus"]!.AsObject().Select(host => (string?)host.Value));
        Assert.Equal("RUNNING", (string?)explained["state"]);
        Assert.Equal(1, _ksql.Committed(Group, "acme.t.payments").Values.Sum());

        await _ksql.RunAsync("RESUME LARGE_V1;");
        Assert.Equal(["1", "2"], _ksql.Read("acme.d.large", 2).Select(r => r.Message.Key).Order());
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_skipped()
    {
        await _ksql.RunAsync(Insert);
        await _ksql.ProduceAsync("acme.t.payments", ("1", "{\"AMOUNT\":\"many\"}"), ("not a number", "{\"AMOUNT\":500}"), ("2", "}"), ("3", null), ("4", "{\"AMOUNT\":500}"));

        Assert.Equal(["4"], _ksql.Read("acme.d.large", 1).Select(r => r.Message.Key));
    }

    [Fact]
    public async Task Create_as_select_makes_the_topic_and_travels_headers()
    {
        var answer = await _ksql.RunAsync("CREATE STREAM COPY WITH (KAFKA_TOPIC='copy') AS SELECT ID, NAME, CAST(AMOUNT AS STRING) AS TEXT FROM ACME__PAYMENTS EMIT CHANGES;");
        var queryId = (string?)answer[0]!["commandStatus"]!["queryId"];
        using (var producer = _ksql.Broker.Producer())
        {
            await producer.ProduceAsync("acme.t.payments", new Message<string, string>
            {
                Key = "7",
                Value = "{\"amount\":1.5,\"NAME\":\"x\"}",
                Headers = new Headers { { "seed-run", Encoding.UTF8.GetBytes("r1") } },
            });
        }

        var record = Assert.Single(_ksql.Read("copy", 1));

        Assert.StartsWith("CSAS_COPY_", queryId, StringComparison.Ordinal);
        Assert.Equal("{\"NAME\":\"x\",\"TEXT\":\"1.50\"}", record.Message.Value);
        Assert.Equal("r1", Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("seed-run")));
        Assert.Equal(3, _ksql.Broker.Admin().GetMetadata("copy", Patience.Usual).Topics[0].Partitions.Count);

        await _ksql.RunAsync("DROP STREAM COPY DELETE TOPIC;");
        Assert.Equal("LARGE", string.Join(",", (await _ksql.RunAsync("SHOW STREAMS;"))[0]!["streams"]!.AsArray().Select(s => (string?)s!["name"]).Where(n => n != "ACME__PAYMENTS")));
    }

    [Fact]
    public async Task Service_of_a_tenant_runs_as_the_tenants_principal_and_is_refused_beyond_its_rights()
    {
        await _ksql.Broker.CreateTopicAsync("globex.t.payments");
        var acme = await ServiceOfAcmeAsync();
        await _ksql.RunOnAsync(acme, Declare + Sink + Insert);
        await _ksql.ProduceAsync("acme.t.payments", ("1", "{\"AMOUNT\":500}"));
        Assert.Single(_ksql.Read("acme.d.large", 1));
        var (status, error) = await _ksql.PostAsync(
            KsqlHarness.Under(acme, "ksql"),
            KsqlHarness.Request("CREATE STREAM THEIRS (ID BIGINT KEY, X STRING) WITH (KAFKA_TOPIC='globex.t.payments', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');"));

        Assert.NotEqual(System.Net.HttpStatusCode.OK, status);
        Assert.DoesNotContain("Stream created", error!.ToJsonString(), StringComparison.Ordinal);
        await _ksql.RestartAsync();
        await Wait.UntilAsync("acme_ to be served again", async () => (await _ksql.Http.GetAsync(KsqlHarness.Under(_ksql.Server.ServiceUrl("acme_"), "info"))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Query_says_that_its_sign_in_is_refused_and_goes_on_once_the_brokers_know_its_user_again()
    {
        var acme = await ServiceOfAcmeAsync();
        await _ksql.RunOnAsync(acme, Declare + Sink + Insert);
        await _ksql.ProduceAsync("acme.t.payments", ("1", "{\"AMOUNT\":500}"));
        Assert.Single(_ksql.Read("acme.d.large", 1));

        await _ksql.Broker.DeleteUserAsync("acme.ksql");
        await _ksql.Broker.RestartAsync();
        await Wait.UntilAsync("the query to say what is wrong", async () =>
            (await _ksql.RunOnAsync(acme, "EXPLAIN LARGE_V1;")).ToJsonString().Contains("Kafka refuses the sign-in of this ksql service", StringComparison.Ordinal));
        await _ksql.Broker.CreateUserAsync("acme.ksql", "acme-secret");
        await _ksql.ProduceAsync("acme.t.payments", ("2", "{\"AMOUNT\":500}"));

        Assert.Equal(["1", "2"], _ksql.Read("acme.d.large", 2).Select(r => r.Message.Key).Order());
    }

    private async Task<Uri> ServiceOfAcmeAsync()
    {
        await _ksql.Broker.CreateUserAsync("acme.ksql", "acme-secret");
        foreach (var (type, name, operation) in new[]
        {
            (ResourceType.Topic, "acme.t.", AclOperation.Read), (ResourceType.Topic, "acme.d.", AclOperation.All),
            (ResourceType.Topic, "_confluent-ksql-acme_", AclOperation.All), (ResourceType.Group, "_confluent-ksql-acme_", AclOperation.All),
            ((ResourceType)5, "_confluent-ksql-acme_", AclOperation.All),
        })
        {
            await _ksql.Broker.AllowAsync("acme.ksql", type, name, operation);
        }

        var connection = KsqlHarness.ConnectionTo(_ksql.Broker, "acme.ksql", "acme-secret");
        using var put = await _ksql.Http.PutAsync(
            new Uri(_ksql.Server.Url, "host/services/acme_"),
            new StringContent($"{{\"bootstrapServers\":\"{connection.BootstrapServers}\",\"securityProtocol\":\"SASL_PLAINTEXT\",\"saslMechanism\":\"SCRAM-SHA-256\",\"username\":\"acme.ksql\",\"password\":\"acme-secret\"}}"));
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        return _ksql.Server.ServiceUrl("acme_");
    }
}
