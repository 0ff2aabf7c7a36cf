using System.Globalization;
using System.Text;
using Confluent.Kafka;
using CsCheck;
using Pioneer.Streams.Rows;
using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Embedded.KsqlServer;

/// <summary>
/// Queries of all kinds over random records, out of order and full of nulls: whatever becomes of the ksql server meanwhile, the results are those of
/// the engine alone that nobody stops.
/// </summary>
public sealed class StateModelTests
{
    // more rounds for a soak: PIONEER_KILL_ROUNDS=20
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("PIONEER_KILL_ROUNDS") ?? "4", CultureInfo.InvariantCulture);

    /// <summary>
    /// Results whose every record is compared: their topics are made before, as a table's own topic is compacted at any moment. Of the others it is the last of each
    /// key: foreign keys are answered by way of topics inside the query.
    /// </summary>
    private static readonly string[] InOrder = ["grouped", "regrouped", "tumbling", "final", "session", "enriched", "joined", "near"];

    // of today: changelogs of windows keep a window and a day, and the broker looks for what is older half a minute after its start
    private static readonly long Began = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static readonly Gen<SourceRecord[]> Records = Gen.Select(
        Gen.Int[0, 6], Gen.Int[0, 9], Gen.Int[-20, 20], Gen.Int[0, 3_000], Gen.Int[0, 9]).Array[1, 400].Select(rows =>
    {
        var now = Began;
        return rows.Select(row =>
        {
            var (key, group, number, step, kind) = row;
            now += step;
            var value = kind == 0 ? null : $"{{\"G\":{(kind == 1 ? "null" : $"\"g{group}\"")},\"V\":{(kind == 2 ? "null" : number)},\"F\":{group % 7}}}";
            // every fifth comes late
            return new SourceRecord(Utf8($"{key}"), value is null ? null : Utf8(value), kind == 3 ? now - (step * 5) : now, 0, 0, []);
        }).ToArray();
    });

    [Fact]
    public async Task Results_are_those_of_the_engine_alone_also_over_restarts() =>
        await Gen.Select(Records, Records).SampleAsync(
            async inputs =>
            {
                var (left, right) = inputs;
                await using var ksql = await KsqlHarness.StartAsync();
                await WriteAsync(ksql, left, right);
                foreach (var topic in InOrder)
                {
                    await ksql.Broker.CreateTopicAsync(topic, 1, ("cleanup.policy", "delete"), Kept);
                }

                await ksql.RunAsync(Statements);
                await ksql.RestartAsync();
                Compare(ksql, left, right, InOrder);
            },
            iter: 3, threads: 1);

    [Fact]
    public async Task Results_are_those_of_an_uninterrupted_run_when_the_server_is_killed_again_and_again()
    {
        var random = new Random();
        await using var ksql = await KsqlHarness.StartAsync();
        var directory = Directory.CreateTempSubdirectory("pioneer-killed-ksql-").FullName;
        var (left, right) = (Many(random), Many(random));
        await WriteAsync(ksql, left, right);
        await ksql.RunAsync(Statements);
        await ksql.Server.DisposeAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await using var process = await StandaloneProcess.StartAsync(Switches(ksql), directory);
            var reached = random.Next(left.Length * round / Rounds, left.Length * (round + 1) / Rounds);
            var group = ksql.Broker.Consumer(Group(round));
            await Wait.UntilAsync("the query to get on", () =>
                group.Committed([new TopicPartition("left", 0)], Patience.Usual)[0].Offset.Value >= reached);
            process.Kill();
        }

        await ksql.OpenAsync();
        Compare(ksql, left, right, ["enriched", "near"]);
        TestFolder.Delete(directory);
    }

    private const string Declarations = """
        CREATE STREAM L (K BIGINT KEY, G STRING, V BIGINT, F BIGINT) WITH (KAFKA_TOPIC='left', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');
        CREATE STREAM R (K BIGINT KEY, G STRING, V BIGINT, F BIGINT) WITH (KAFKA_TOPIC='right', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');
        CREATE TABLE LT (K BIGINT PRIMARY KEY, G STRING, V BIGINT, F BIGINT) WITH (KAFKA_TOPIC='left', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');
        CREATE TABLE RT (K BIGINT PRIMARY KEY, G STRING, V BIGINT, F BIGINT) WITH (KAFKA_TOPIC='right', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');

        """;

    private static readonly string[] Queries =
    [
        "CREATE TABLE GROUPED WITH (KAFKA_TOPIC='grouped') AS SELECT G, COUNT(*) AS N, SUM(V) AS S, TOPK(V, 3) AS C FROM L GROUP BY G EMIT CHANGES;",
        "CREATE TABLE REGROUPED WITH (KAFKA_TOPIC='regrouped') AS SELECT G, COUNT(*) AS N, SUM(V) AS S FROM LT GROUP BY G EMIT CHANGES;",
        "CREATE TABLE TUMBLED WITH (KAFKA_TOPIC='tumbling') AS SELECT K, COUNT(V) AS N, AVG(V) AS A FROM L WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY K EMIT CHANGES;",
        "CREATE TABLE FINISHED WITH (KAFKA_TOPIC='final') AS SELECT K, SUM(V) AS S FROM L WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, GRACE PERIOD 3 SECONDS) GROUP BY K EMIT FINAL;",
        "CREATE TABLE VISITED WITH (KAFKA_TOPIC='session') AS SELECT K, COUNT(*) AS N FROM L WINDOW SESSION (4 SECONDS, GRACE PERIOD 6 SECONDS) GROUP BY K EMIT CHANGES;",
        "CREATE STREAM ENRICHED WITH (KAFKA_TOPIC='enriched') AS SELECT L.K, L.V AS A, RT.V AS B FROM L LEFT JOIN RT ON L.K = RT.K EMIT CHANGES;",
        "CREATE TABLE JOINED WITH (KAFKA_TOPIC='joined') AS SELECT ROWKEY, LT.V AS A, RT.V AS B FROM LT FULL OUTER JOIN RT ON LT.K = RT.K EMIT CHANGES;",
        "CREATE STREAM NEAR WITH (KAFKA_TOPIC='near') AS SELECT ROWKEY, L.V AS A, R.V AS B FROM L FULL OUTER JOIN R WITHIN 6 SECONDS GRACE PERIOD 4 SECONDS ON L.K = R.K EMIT CHANGES;",
        "CREATE TABLE REFERRED WITH (KAFKA_TOPIC='referred') AS SELECT LT.K, LT.V AS A, RT.V AS B FROM LT LEFT JOIN RT ON LT.F = RT.K EMIT CHANGES;",
    ];

    // records of 1970 are past any other retention
    private static (string, string) Kept => ("retention.ms", "-1");

    private static string Statements => Declarations + string.Join('\n', Queries);

    private static async Task WriteAsync(KsqlHarness ksql, SourceRecord[] left, SourceRecord[] right)
    {
        await ksql.Broker.CreateTopicAsync("left", 1, Kept);
        await ksql.Broker.CreateTopicAsync("right", 1, Kept);
        await KsqlTables.WriteAsync(ksql.Broker, "left", left.Select(Texts));
        await KsqlTables.WriteAsync(ksql.Broker, "right", right.Select(Texts));
    }

    private static void Compare(KsqlHarness ksql, SourceRecord[] left, SourceRecord[] right, string[] inOrder)
    {
        var model = EngineModel.Run(Statements, new Dictionary<string, IReadOnlyList<SourceRecord>> { ["left"] = left, ["right"] = right });
        foreach (var (topic, expected) in model)
        {
            List<string> wanted = [.. expected.Select(r => EngineModel.Show(r.Key, r.Value, r.TimeMs))];
            if (inOrder.Contains(topic))
            {
                Assert.Equal(wanted, Read(ksql, topic, all => all.Count >= wanted.Count));
            }
            else
            {
                var last = Last(wanted);
                Assert.Equal(last, Last(Read(ksql, topic, all => Last(all).SequenceEqual(last))));
            }
        }
    }

    private static List<string> Read(KsqlHarness ksql, string topic, Func<List<string>, bool> isEnough)
    {
        var all = new List<string>();
        foreach (var record in KsqlTables.Records(ksql.Broker, topic, () => isEnough(all)))
        {
            all.Add(EngineModel.Show(record.Message.Key, record.Message.Value, record.Message.Timestamp.UnixTimestampMs));
        }

        return all;
    }

    // The last value of each key; its time may be that of another partition's row.
    private static SortedDictionary<string, string> Last(IEnumerable<string> rows)
    {
        var table = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var (key, value) = (row[..row.IndexOf(' ', StringComparison.Ordinal)], row[row.IndexOf(' ', StringComparison.Ordinal)..row.LastIndexOf('@')]);
            if (value == " - ")
            {
                table.Remove(key);
            }
            else
            {
                table[key] = value;
            }
        }

        return table;
    }

    private static SourceRecord[] Many(Random random)
    {
        // not so old that brokers would delete results of windows
        var now = TimeProvider.System.GetUtcNow().AddHours(-2).ToUnixTimeMilliseconds();
        return [.. Enumerable.Range(0, 20_000).Select(_ =>
        {
            now += random.Next(300);
            var value = random.Next(20) == 0 ? null : $"{{\"G\":\"g{random.Next(20)}\",\"V\":{random.Next(1000)},\"F\":{random.Next(200)}}}";
            return new SourceRecord(Utf8($"{random.Next(200)}"), value is null ? null : Utf8(value), random.Next(10) == 0 ? now - 4_000 : now, 0, 0, []);
        })];
    }

    private static string Group(int round) => $"_confluent-ksql-default_query_{(round % 2 == 0 ? "CTAS_GROUPED_4" : "CSAS_NEAR_11")}";

    private static (string?, string?, long) Texts(SourceRecord record) => (
        Encoding.UTF8.GetString(record.Key!), record.Value is null ? null : Encoding.UTF8.GetString(record.Value), record.TimeMs);

    private static string[] Switches(KsqlHarness ksql)
    {
        var kafka = KsqlHarness.ConnectionTo(ksql.Broker);
        return
        [
            "--ksql", "127.0.0.1:0", "--connect", "off", $"--Kafka:BootstrapServers={kafka.BootstrapServers}", $"--Kafka:SecurityProtocol={kafka.SecurityProtocol}",
            $"--Kafka:SaslMechanism={kafka.SaslMechanism}", $"--Kafka:Username={kafka.Username}", $"--Kafka:Password={kafka.Password}",
        ];
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
