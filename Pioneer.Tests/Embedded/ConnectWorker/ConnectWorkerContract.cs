using System.Net;
using System.Text;
using Pioneer.Embedded;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>What the worker promises, whatever broker it stands on. Derived classes bring the broker.</summary>
public abstract class ConnectWorkerContract
{
    protected abstract KafkaConnection Kafka { get; }

    [Fact]
    public async Task Rows_arrive_keyed_once_and_only_those_of_the_query()
    {
        await using var kit = await NewKitAsync("payments", partitions: 3);
        var topic = kit.Topic("payments");
        kit.InsertPayments(250);
        kit.InsertPayments(50, "globex");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic));
        await WaitForCountAsync(kit, topic, 250);
        kit.InsertPayments(30);
        kit.Sql("UPDATE payments SET amount = 9999.99, updated_at = updated_at + 60000 WHERE id = 7");
        kit.Sql($"UPDATE payments SET updated_at = {TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()} WHERE id = 7");
        await WaitForCountAsync(kit, topic, 281);

        var records = kit.Read(topic);
        Assert.Equal(2, records.Count(record => record.Message.Key == "7"));
        Assert.Equal(280, records.Select(record => record.Message.Key).Distinct().Count());
        Assert.Contains("\"amount\":9999.99", records.Last(record => record.Message.Key == "7").Message.Value, StringComparison.Ordinal);
        Assert.All(records, record => Assert.Equal(Murmur2Partition(record.Message.Key, 3), record.Partition.Value));
        var (_, offsets) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/offsets");
        Assert.Equal("query", offsets!["offsets"]![0]!["partition"]!["query"]!.ToString());
    }

    [Fact]
    public async Task Bulk_reads_everything_again_on_each_restart_and_only_then()
    {
        await using var kit = await NewKitAsync("balances", partitions: 1);
        var topic = kit.Topic("balances");
        kit.InsertPayments(120);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "bulk", ("poll.interval.ms", "86400000")));
        await WaitForCountAsync(kit, topic, 120);
        kit.InsertPayments(5);

        var (status, body) = await kit.CallAsync(HttpMethod.Post, $"/connectors/{topic}/restart?includeTasks=true");

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("RESTARTING", body!["connector"]!["state"]!.ToString());
        await WaitForCountAsync(kit, topic, 245);
    }

    [Theory]
    [InlineData("incrementing")]
    [InlineData("timestamp")]
    public async Task Other_modes_deliver_each_row_once_over_a_restart_of_the_worker(string mode)
    {
        await using var kit = await NewKitAsync("payments", partitions: 2);
        var topic = kit.Topic("payments");
        kit.InsertPayments(40);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, mode));
        await WaitForCountAsync(kit, topic, 40);

        await kit.StopWorkerAsync();
        kit.InsertPayments(10);
        await kit.StartWorkerAsync();

        await WaitForCountAsync(kit, topic, 50);
        Assert.Equal(50, kit.Keys(topic).Distinct().Count());
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("timestamp+incrementing")]
    public async Task Row_that_comes_later_with_a_time_that_was_read_arrives_once_whatever_its_number(string mode)
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.Sql("INSERT INTO payments (id, tenant_id, amount, updated_at) VALUES (12, 'acme', 1, 1700000000000)");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, mode));
        await WaitForCountAsync(kit, topic, 1);

        kit.Sql("INSERT INTO payments (id, tenant_id, amount, updated_at) VALUES (11, 'acme', 1, 1700000000000)");
        await WaitForCountAsync(kit, topic, 2);
        await kit.StopWorkerAsync();
        kit.Sql("INSERT INTO payments (id, tenant_id, amount, updated_at) VALUES (10, 'acme', 1, 1700000000000), (9, 'acme', 1, 1700000000001)");
        await kit.StartWorkerAsync();
        await WaitForCountAsync(kit, topic, 4);

        Assert.Equal(["10", "11", "12", "9"], kit.Keys(topic).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Restart_in_the_middle_of_very_many_rows_of_one_time_loses_none()
    {
        const int Rows = 20_000;
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.Sql($"INSERT INTO payments (tenant_id, amount, updated_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) SELECT 'acme', i, 1700000000000 FROM n");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "timestamp"));
        await Wait.UntilAsync(() => kit.Read(topic).Count > 0);

        await kit.StopWorkerAsync();
        await kit.StartWorkerAsync();

        await Wait.UntilAsync(() => kit.Keys(topic).Distinct().Count() == Rows);
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("timestamp+incrementing")]
    [InlineData("incrementing")]
    public async Task First_pass_takes_rows_from_before_1970_with_negative_numbers_and_without_a_time(string mode)
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.Sql("CREATE TABLE loose (id INTEGER PRIMARY KEY, amount DECIMAL(18,2), updated_at TIMESTAMP)");
        kit.Sql("INSERT INTO loose VALUES (-7, 1, -1000), (1, 1, NULL), (2, 1, 1700000000000)");
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, mode, ("query", "SELECT * FROM (SELECT * FROM loose) q")));
        await WaitForCountAsync(kit, topic, 3);

        kit.Sql("INSERT INTO loose VALUES (3, 1, 1700000000001)");
        await WaitForCountAsync(kit, topic, 4);

        Assert.Equal(["-7", "1", "2", "3"], kit.Keys(topic).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tables_of_a_whitelist_go_to_topics_with_the_prefix()
    {
        await using var kit = await NewKitAsync("x.payments", partitions: 1);
        kit.InsertPayments(3);
        var config = kit.PaymentsConfig(kit.Topic("x."), "incrementing", ("table.whitelist", "payments"), ("tasks.max", "4"));
        config.Remove("query");
        await kit.PutAsync("tables", config);
        await WaitForCountAsync(kit, kit.Topic("x.payments"), 3);

        await Wait.UntilAsync(async () =>
        {
            var (_, topics) = await kit.CallAsync(HttpMethod.Get, "/connectors/tables/topics");
            return topics!["tables"]!["topics"]!.AsArray() is [{ } used] && used.ToString() == kit.Topic("x.payments");
        });
    }

    [Fact]
    public async Task Stopped_connectors_offsets_can_be_changed_and_reset()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.InsertPayments(10);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic, "incrementing"));
        await WaitForCountAsync(kit, topic, 10);
        var body = new { offsets = new[] { new { partition = new { query = "query" }, offset = new { incrementing = 6 } } } };

        Assert.Equal(HttpStatusCode.BadRequest, (await kit.CallAsync(HttpMethod.Patch, $"/connectors/{topic}/offsets", body)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/stop")).Status);
        Assert.Equal(HttpStatusCode.OK, (await kit.CallAsync(HttpMethod.Patch, $"/connectors/{topic}/offsets", body)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/resume")).Status);
        await WaitForCountAsync(kit, topic, 14);
        Assert.Equal(["7", "8", "9", "10"], kit.Keys(topic).TakeLast(4));

        await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/stop");
        Assert.Equal(HttpStatusCode.OK, (await kit.CallAsync(HttpMethod.Delete, $"/connectors/{topic}/offsets")).Status);
        await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/resume");
        await WaitForCountAsync(kit, topic, 24);
    }

    [Fact]
    public async Task States_survive_a_restart_of_the_worker()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.InsertPayments(1);
        await kit.PutAsync("running", kit.PaymentsConfig(topic));
        await kit.PutAsync("paused", kit.PaymentsConfig(topic));
        await kit.PutAsync("stopped", kit.PaymentsConfig(topic));
        await kit.PutAsync("deleted", kit.PaymentsConfig(topic));
        await kit.CallAsync(HttpMethod.Put, "/connectors/paused/pause");
        await kit.CallAsync(HttpMethod.Put, "/connectors/stopped/stop");
        Assert.Equal(HttpStatusCode.NoContent, (await kit.CallAsync(HttpMethod.Delete, "/connectors/deleted")).Status);

        await kit.StopWorkerAsync();
        await kit.StartWorkerAsync();

        await kit.WaitForStateAsync("running", "RUNNING");
        await kit.WaitForStateAsync("paused", "PAUSED");
        await kit.WaitForStateAsync("stopped", "STOPPED");
        var (_, names) = await kit.CallAsync(HttpMethod.Get, "/connectors");
        Assert.Equal("""["paused","running","stopped"]""", names!.ToJsonString());
    }

    [Fact]
    public async Task Injected_fault_fails_the_task_with_a_trace_and_a_restart_mends_it()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.InsertPayments(5);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic));
        await WaitForCountAsync(kit, topic, 5);

        kit.Worker!.FailTasks(topic, "stopped by a drill");
        await kit.WaitForStateAsync(topic, "FAILED");
        var (_, status) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/status");
        Assert.Contains("stopped by a drill", status!["tasks"]![0]!["trace"]!.ToString(), StringComparison.Ordinal);
        kit.InsertPayments(5);
        await kit.CallAsync(HttpMethod.Post, $"/connectors/{topic}/restart?includeTasks=true&onlyFailed=true");

        await WaitForCountAsync(kit, topic, 10);
        Assert.Equal("RUNNING", await kit.TaskStateAsync(topic));
    }

    [Fact]
    public async Task Source_that_goes_away_is_waited_for_and_read_on_where_it_was()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var topic = kit.Topic("payments");
        kit.InsertPayments(5);
        await kit.PutAsync(topic, kit.PaymentsConfig(topic));
        await WaitForCountAsync(kit, topic, 5);
        await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/pause");
        kit.Sql("PRAGMA wal_checkpoint(TRUNCATE)");
        await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/stop");
        File.Move(kit.Database, kit.Database + ".away");

        await kit.CallAsync(HttpMethod.Put, $"/connectors/{topic}/resume");
        await kit.WaitForStateAsync(topic, "FAILED");
        var (_, status) = await kit.CallAsync(HttpMethod.Get, $"/connectors/{topic}/status");
        Assert.Contains(kit.Database, status!["tasks"]![0]!["trace"]!.ToString(), StringComparison.Ordinal);
        File.Move(kit.Database + ".away", kit.Database);
        kit.InsertPayments(2);
        await kit.CallAsync(HttpMethod.Post, $"/connectors/{topic}/tasks/0/restart");

        await WaitForCountAsync(kit, topic, 7);
    }

    [Fact]
    public async Task Wrong_sql_fails_the_task_with_the_databases_words()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        await kit.PutAsync("wrong", kit.PaymentsConfig(kit.Topic("payments"), "bulk", ("query", "SELECT id FROM nowhere")));

        await kit.WaitForStateAsync("wrong", "FAILED");
        var (_, status) = await kit.CallAsync(HttpMethod.Get, "/connectors/wrong/tasks/0/status");
        var trace = status!["trace"]!.ToString();
        Assert.True(trace.Contains("nowhere", StringComparison.Ordinal), trace);
    }

    [Fact]
    public async Task Stop_does_not_wait_for_a_task_that_hangs_on_a_missing_topic()
    {
        await using var kit = await NewKitAsync("other", partitions: 1);
        kit.InsertPayments(5);
        await kit.PutAsync("hanging", kit.PaymentsConfig(kit.Topic("missing")));
        await Wait.UntilAsync(async () => await kit.TaskStateAsync("hanging") == "RUNNING");

        // the topic never comes: a stop that waited for the task would not come back
        var (status, _) = await kit.CallAsync(HttpMethod.Put, "/connectors/hanging/stop");

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal("STOPPED", await kit.TaskStateAsync("hanging"));
    }

    [Fact]
    public async Task Wrong_configurations_are_refused_naming_each_key_and_leave_nothing()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var config = kit.PaymentsConfig(kit.Topic("payments"));
        config.Remove("topic.prefix");
        config["poll.interval.ms"] = "soon";

        var (status, body) = await kit.CallAsync(HttpMethod.Post, "/connectors", new { name = "wrong", config });

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(400, (int)body!["error_code"]!);
        Assert.Contains("Missing required configuration \"topic.prefix\" which has no default value.", body["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("Invalid value soon for configuration poll.interval.ms: Not a number of type INT", body["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await kit.CallAsync(HttpMethod.Get, "/connectors/wrong")).Status);
    }

    [Fact]
    public async Task Validate_tries_the_source()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var config = kit.PaymentsConfig("t");
        config["name"] = "x";
        Assert.Equal(0, await ErrorCountAsync(kit, config));
        config["query"] = "SELECT * FROM (SELECT id FROM payments) q";
        Assert.Equal(1, await ErrorCountAsync(kit, config));
        config["connection.url"] = "jdbc:sqlite:/no/such/file.db";
        Assert.Equal(1, await ErrorCountAsync(kit, config));
    }

    [Fact]
    public async Task Creating_a_name_twice_is_a_conflict_and_putting_it_twice_is_not()
    {
        await using var kit = await NewKitAsync("payments", partitions: 1);
        var config = kit.PaymentsConfig(kit.Topic("payments"));

        Assert.Equal(HttpStatusCode.Created, (await kit.CallAsync(HttpMethod.Post, "/connectors", new { name = "a", config })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await kit.CallAsync(HttpMethod.Post, "/connectors", new { name = "a", config })).Status);
        Assert.Equal(HttpStatusCode.OK, (await kit.CallAsync(HttpMethod.Put, "/connectors/a/config", config)).Status);
        Assert.Equal(HttpStatusCode.Created, (await kit.CallAsync(HttpMethod.Put, "/connectors/b/config", config)).Status);
    }

    [Fact]
    public async Task Killed_worker_loses_and_doubles_no_row()
    {
        await using var kit = new ConnectKit(Kafka);
        var topic = kit.Topic("payments");
        kit.CreatePayments();
        await kit.CreateTopicAsync(topic, 2);
        await kit.GrantWriteAsync("pioneer-connect", topic);
        var rows = 0;
        for (var round = 0; round < 4; round++)
        {
            await using var process = await StandaloneProcess.StartAsync(Kafka);
            kit.Url = process.ConnectUrl;
            if (round == 0)
            {
                await kit.PutAsync(topic, kit.PaymentsConfig(topic, "timestamp+incrementing", ("poll.interval.ms", "1"), ("batch.max.rows", "20")));
            }

            var until = rows + 600;
            while (rows < until)
            {
                kit.InsertPayments(25);
                rows += 25;
                await Task.Yield();
            }

            await Wait.UntilAsync(() => kit.Read(topic).Count > rows - 500);
            process.Kill();
        }

        await using (var last = await StandaloneProcess.StartAsync(Kafka))
        {
            kit.Url = last.ConnectUrl;
            await Wait.UntilAsync(() => kit.Read(topic).Count >= rows);
            await kit.CallAsync(HttpMethod.Delete, $"/connectors/{topic}");
        }

        var keys = kit.Keys(topic).Select(long.Parse).Order().ToList();
        Assert.Equal(Enumerable.Range(1, rows).Select(id => (long)id), keys);
    }

    private async Task<ConnectKit> NewKitAsync(string topic, int partitions)
    {
        var kit = new ConnectKit(Kafka);
        kit.CreatePayments();
        await kit.CreateTopicAsync(kit.Topic(topic), partitions);
        await kit.StartWorkerAsync();
        return kit;
    }

    private static Task WaitForCountAsync(ConnectKit kit, string topic, int count) =>
        Wait.UntilAsync(() => kit.Read(topic).Count == count);

    private static async Task<int> ErrorCountAsync(ConnectKit kit, Dictionary<string, string> config)
    {
        var (_, body) = await kit.CallAsync(HttpMethod.Put, $"/connector-plugins/{config["connector.class"]}/config/validate", config);
        return (int)body!["error_count"]!;
    }

    private static int Murmur2Partition(string key, int partitions) => (int)((uint)Murmur2(Encoding.UTF8.GetBytes(key)) & 0x7fffffff) % partitions;

    /// <summary>Kafka's murmur2, written down from its definition, to check the client's against.</summary>
    private static int Murmur2(byte[] data)
    {
        unchecked
        {
            const int m = 0x5bd1e995;
            var h = (int)0x9747b28c ^ data.Length;
            var at = 0;
            for (; data.Length - at >= 4; at += 4)
            {
                var k = BitConverter.ToInt32(data, at) * m;
                k ^= (int)((uint)k >> 24);
                h = (h * m) ^ (k * m);
            }

            var left = data.Length - at;
            if (left >= 3)
            {
                h ^= data[at + 2] << 16;
            }

            if (left >= 2)
            {
                h ^= data[at + 1] << 8;
            }

            if (left >= 1)
            {
                h = (h ^ data[at]) * m;
            }

            h = (h ^ (int)((uint)h >> 13)) * m;
            return h ^ (int)((uint)h >> 15);
        }
    }
}
