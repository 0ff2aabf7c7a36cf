using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>Batches of each codec, as they were sent and as compaction wrote them again, read by clients of three makes.</summary>
public sealed class CodecTests : IAsyncLifetime
{
    private const int Keys = 20, Rounds = 30;
    private static readonly CompressionType[] Codecs =
        [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd];

    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await BrokerHarness.StartAsync();

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Batches_of_each_codec_rewritten_by_compaction_are_read_by_librdkafka()
    {
        foreach (var codec in Codecs)
        {
            await FillAsync(codec);
        }

        foreach (var codec in Codecs)
        {
            var values = await CompactedAsync(codec);
            Assert.Equal(LastValues(), values.Where(v => v.EndsWith($" {Rounds}", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Assert.Equal(codec, CodecOfFirstBatch(codec));
        }
    }

    [Fact]
    public async Task Batches_of_each_codec_rewritten_by_compaction_are_read_by_the_Java_client()
    {
        Assert.SkipWhen(KafkaScripts.Missing is not null, KafkaScripts.Missing ?? "");
        foreach (var codec in Codecs)
        {
            await FillAsync(codec);
        }

        foreach (var codec in Codecs)
        {
            var expected = await CompactedAsync(codec);
            var read = await ToolRun.StartAsync(KafkaScripts.Find("kt")!,
            [
                "console-consumer", "--bootstrap-server", _broker.Plain, "--topic", Topic(codec), "--from-beginning", "--max-messages",
                    $"{expected.Count}",
                "--timeout-ms", "120000",
            ]);
            Assert.True(read.ExitCode == 0, $"{codec}: {read.Errors}");
            Assert.Equal(expected, read.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public async Task Batches_of_the_codecs_that_kafkajs_has_rewritten_by_compaction_are_read_by_it()
    {
        Assert.SkipWhen(await NodeTools.MissingAsync() is not null, await NodeTools.MissingAsync() ?? "");
        CompressionType[] known = [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy];
        foreach (var codec in known)
        {
            await FillAsync(codec);
        }

        foreach (var codec in known)
        {
            var expected = await CompactedAsync(codec);
            var read = await NodeTools.RunAsync(Script(Topic(codec), expected.Count));
            Assert.True(read.ExitCode == 0, $"{codec}: {read.Output} {read.Errors}");
            Assert.Equal(expected, JsonSerializer.Deserialize<string[]>(read.Output));
        }
    }

    private static string Topic(CompressionType codec) => $"c-{codec}";

    private static IEnumerable<string> LastValues() =>
        Enumerable.Range(0, Keys).Select(key => $"{key} {Rounds}").Order(StringComparer.Ordinal);

    private async Task FillAsync(CompressionType codec)
    {
        await _broker.CreateTopicAsync(
            Topic(codec), 1, ("cleanup.policy", "compact"), ("segment.bytes", "1000"), ("min.cleanable.dirty.ratio", "0"),
                ("file.delete.delay.ms", "0"));
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Topic, Topic(codec), AclOperation.Read);
        await _broker.AllowAsync("ANONYMOUS", ResourceType.Group, "*", AclOperation.Read, ResourcePatternType.Literal);
        var producer = _broker.Producer(c => c.CompressionType = codec);
        for (var round = 1; round <= Rounds; round++)
        {
            for (var key = 0; key < Keys; key++)
            {
                producer.Produce(Topic(codec), new Message<string, string> { Key = $"{key}", Value = $"{key} {round}" });
            }

            producer.Flush(Patience.Usual);
        }
    }

    /// <summary>The values in the order of the log, once compaction has taken most of them away.</summary>
    private async Task<List<string>> CompactedAsync(CompressionType codec)
    {
        var values = new List<string>();
        await Wait.UntilAsync(
            () =>
            {
                values = ReadAll(Topic(codec));
                return values.Count < Keys * Rounds / 4;
            });
        return values;
    }

    private List<string> ReadAll(string topic)
    {
        var consumer = _broker.Consumer($"reader-{Guid.CreateVersion7():N}", c => c.EnablePartitionEof = true);
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var values = new List<string>();
        while (consumer.Consume(Patience.Usual) is { IsPartitionEOF: false } record)
        {
            values.Add(record.Message.Value);
        }

        return values;
    }

    private CompressionType CodecOfFirstBatch(CompressionType codec)
    {
        // compaction leaves nothing of the first segments
        var folder = new DirectoryInfo(Path.Combine(_broker.Directory, "logs", $"{Topic(codec)}-0"));
        var first = folder.EnumerateFiles("*.log").OrderBy(segment => segment.Name, StringComparer.Ordinal)
            .First(segment => segment.Length > 0);
        using var file = new FileStream(first.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[BatchHeader.Size];
        file.ReadExactly(header);
        Assert.True(BatchHeader.TryRead(header, out var batch));
        return (CompressionType)batch.Codec;
    }

    private string Script(string topic, int count) => $$"""
        import kafkajs from "kafkajs";
        import SnappyCodec from "kafkajs-snappy";
        kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy] = SnappyCodec;
        const kafka = new kafkajs.Kafka({ brokers: ["{{_broker.Sasl}}"], logLevel: kafkajs.logLevel.NOTHING,
          sasl: { mechanism: "scram-sha-256", username: "{{BrokerHarness.SuperUser}}", password: "{{BrokerHarness.SuperPassword}}" } });
        const consumer = kafka.consumer({ groupId: "js-{{topic}}" });
        consumer.on(consumer.events.CRASH, e => { console.error(e.payload.error.message); process.exit(1); });
        const values = [];
        await consumer.connect();
        await consumer.subscribe({ topic: "{{topic}}", fromBeginning: true });
        await consumer.run({ eachMessage: async ({ message }) => {
          values.push(message.value.toString());
          if (values.length === {{count}}) { console.log(JSON.stringify(values)); process.exit(0); }
        } });
        """;
}
