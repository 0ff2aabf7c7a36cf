using Confluent.Kafka;
using Pioneer.Embedded;
using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Embedded.Hosting;

public sealed class StandaloneProgramTests : IDisposable
{
    private static readonly string[] FreePorts = ["--kafka", "127.0.0.1:0", "--kafka-sasl", "127.0.0.1:0", "--ksql", "127.0.0.1:0", "--connect", "127.0.0.1:0"];

    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-standalone-").FullName;

    [Fact]
    public async Task Program_prints_one_ready_line_with_all_parts_and_ends_clean_on_sigterm()
    {
        await using var process = await StandaloneProcess.StartAsync(FreePorts, _directory);

        Assert.True((bool)process.Ready["ready"]!);
        foreach (var part in new[] { "kafka", "kafkaSasl" })
        {
            Assert.Matches("^127\\.0\\.0\\.1:[0-9]+$", process.Ready[part]!.ToString());
        }

        Assert.StartsWith("http://127.0.0.1:", process.Ready["connect"]!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:", process.Ready["ksql"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await process.TerminateAsync());
    }

    [Fact]
    public async Task Program_with_a_super_user_refuses_anonymous_and_a_wrong_password()
    {
        await using var process = await StandaloneProcess.StartAsync([.. FreePorts, "--super-user", "root", "--super-password", "s3cret"], _directory);

        Assert.Empty(Topics(new KafkaConnection(process.Ready["kafka"]!.ToString())));
        var sasl = process.Ready["kafkaSasl"]!.ToString();
        Assert.Contains("connect-configs", Topics(new KafkaConnection(sasl, "SASL_PLAINTEXT", "SCRAM-SHA-512", "root", "s3cret")));
        await RefusedAsync(new KafkaConnection(sasl, "SASL_PLAINTEXT", "SCRAM-SHA-256", "root", "wrong"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4, "--auto-create-topics", "true", "--num-partitions", "4")]
    public async Task Topic_that_a_producer_asks_for_is_made_only_where_the_switches_say_so(int partitions, params string[] switches)
    {
        await using var process = await StandaloneProcess.StartAsync([.. FreePorts, "--ksql", "off", "--connect", "off", .. switches], _directory);
        var connection = new KafkaConnection(process.Ready["kafka"]!.ToString());
        var config = new ProducerConfig(connection.ToClientConfig("test"))
        {
            AllowAutoCreateTopics = true,
            MessageTimeoutMs = partitions > 0 ? (int)Patience.Usual.TotalMilliseconds : 5_000,
        };
        using var producer = new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

        var sent = await Record.ExceptionAsync(() => producer.ProduceAsync("new", new Message<string, string> { Key = "k", Value = "v" }));

        Assert.Equal(partitions == 0, sent is not null);
        Assert.Equal(partitions > 0, Topics(connection).Contains("new"));
        using var admin = new AdminClientBuilder(connection.ToClientConfig("test")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        Assert.Equal(partitions, admin.GetMetadata("new", Patience.Usual).Topics[0].Partitions.Count);
    }

    [Theory]
    [InlineData("--data DIR is missing")]
    [InlineData("--brokers 3: this version runs one broker", "--data", "x", "--brokers", "3")]
    [InlineData("--kafka nowhere: expected ADDRESS:PORT or off", "--data", "x", "--kafka", "nowhere")]
    [InlineData("--colour is not known", "--data", "x", "--colour", "blue")]
    [InlineData("--num-partitions 0: a number from 1 to 10000 is expected", "--data", "x", "--num-partitions", "0")]
    [InlineData("--auto-create-topics perhaps: true or false is expected", "--data", "x", "--auto-create-topics", "perhaps")]
    [InlineData("--super-user and --super-password go together", "--data", "x", "--super-user", "root")]
    public void Wrong_command_lines_are_refused_with_the_reason(string reason, params string[] args)
    {
        var error = Assert.Throws<ArgumentException>(() => EmbeddedCommandLine.Parse(args));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => TestFolder.Delete(_directory);

    /// <summary>Returns once the broker has refused the password: calls of the library would wait for their whole timeout.</summary>
    private static async Task RefusedAsync(KafkaConnection connection)
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var admin = new AdminClientBuilder(connection.ToClientConfig("test")).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) =>
        {
            if (error.Code == ErrorCode.Local_Authentication)
            {
                refused.TrySetResult();
            }
        }).Build();
        await refused.Task.WaitAsync(Patience.Usual);
    }

    private static List<string> Topics(KafkaConnection connection)
    {
        using var admin = new AdminClientBuilder(connection.ToClientConfig("test")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        return [.. admin.GetMetadata(Patience.Usual).Topics.Select(topic => topic.Topic)];
    }
}
