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
        Assert.Throws<KafkaException>(() => Topics(new KafkaConnection(sasl, "SASL_PLAINTEXT", "SCRAM-SHA-256", "root", "wrong")));
    }

    [Theory]
    [InlineData("--data DIR is missing")]
    [InlineData("--brokers 3: this version runs one broker", "--data", "x", "--brokers", "3")]
    [InlineData("--kafka nowhere: expected ADDRESS:PORT or off", "--data", "x", "--kafka", "nowhere")]
    [InlineData("--colour is not known", "--data", "x", "--colour", "blue")]
    [InlineData("--super-user and --super-password go together", "--data", "x", "--super-user", "root")]
    public void Wrong_command_lines_are_refused_with_the_reason(string reason, params string[] args)
    {
        var error = Assert.Throws<ArgumentException>(() => EmbeddedCommandLine.Parse(args));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static List<string> Topics(KafkaConnection connection)
    {
        using var admin = new AdminClientBuilder(connection.ToClientConfig("test")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        return [.. admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.Select(topic => topic.Topic)];
    }
}
