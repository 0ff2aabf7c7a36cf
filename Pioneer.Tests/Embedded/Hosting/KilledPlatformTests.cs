using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded;
using Pioneer.Tests.Embedded.ConnectWorker;
using Xunit;

namespace Pioneer.Tests.Embedded.Hosting;

/// <summary>Broker, ksql server and worker in one process, killed or cut off while rows come in.</summary>
public sealed class KilledPlatformTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-platform-").FullName;

    [Fact]
    public async Task Killed_platform_loses_and_doubles_no_row()
    {
        string[] switches = ["--kafka", "127.0.0.1:0", "--kafka-sasl", "127.0.0.1:0", "--ksql", "127.0.0.1:0", "--connect", "127.0.0.1:0"];
        var rows = 0;
        ConnectKit? source = null;
        for (var round = 0; round < 4; round++)
        {
            await using var process = await StandaloneProcess.StartAsync(switches, _directory);
            var kit = new ConnectKit(new KafkaConnection(process.Ready["kafka"]!.ToString())) { Url = process.ConnectUrl };
            if (source is null)
            {
                source = kit;
                kit.CreatePayments();
                await kit.CreateTopicAsync("acme.t.payments", 3);
                await kit.PutAsync("acme.t.payments", kit.PaymentsConfig("acme.t.payments", "timestamp+incrementing", ("poll.interval.ms", "1")));
            }

            for (var until = rows + 500; rows < until; rows += 25)
            {
                source.InsertPayments(25);
            }

            if (round < 3)
            {
                await Wait.UntilAsync(() => kit.Read("acme.t.payments").Count > rows - 450);
                process.Kill();
            }
            else
            {
                await Wait.UntilAsync(() => kit.Read("acme.t.payments").Count >= rows);
                var keys = kit.Keys("acme.t.payments").Select(long.Parse).Order();
                Assert.Equal(Enumerable.Range(1, rows).Select(id => (long)id), keys);
            }

            if (kit != source)
            {
                await kit.DisposeAsync();
            }
        }

        await source!.DisposeAsync();
    }

    [Fact]
    public async Task Stopped_broker_is_sat_out_by_the_connector_without_loss()
    {
        await using var platform = await EmbeddedPlatform.StartAsync(
            new EmbeddedPlatformOptions
            {
                DataDirectory = _directory,
                KafkaSaslEndpoint = TestPorts.NextEndpoint(),
                ConnectEndpoint = TestPorts.NextEndpoint(),
                SuperUser = "pioneer",
                SuperPassword = "pioneer-secret",
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        await using var kit = new ConnectKit(platform.Kafka!) { Url = platform.Endpoints.Connect! };
        kit.CreatePayments();
        kit.InsertPayments(20);
        await kit.CreateTopicAsync("acme.t.payments", 1);
        await kit.GrantWriteAsync("pioneer-connect", "acme.t.");
        await kit.PutAsync("acme.t.payments", kit.PaymentsConfig("acme.t.payments"));
        await Wait.UntilAsync(() => kit.Read("acme.t.payments").Count == 20);

        await platform.Faults.StopBrokerAsync(default);
        kit.InsertPayments(20);
        await Wait.UntilAsync(async () => await kit.TaskStateAsync("acme.t.payments") == "RUNNING");
        await platform.Faults.StartBrokerAsync(default);

        await Wait.UntilAsync(() => kit.Read("acme.t.payments").Count == 40);
        Assert.Equal(40, kit.Keys("acme.t.payments").Distinct().Count());
        await platform.Faults.StopConnectTaskAsync("acme.t.payments", default);
        await kit.WaitForStateAsync("acme.t.payments", "FAILED");
    }

    public void Dispose() => TestFolder.Delete(_directory);
}
