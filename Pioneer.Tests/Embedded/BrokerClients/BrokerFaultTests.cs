using Confluent.Kafka;
using Pioneer.Embedded.Broker.Faults;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

public sealed class BrokerFaultTests : IAsyncLifetime
{
    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("t");
    }

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Stopped_broker_is_down_for_clients_and_back_on_its_port_when_started()
    {
        var producer = _broker.Producer(c => c.EnableIdempotence = true);
        await producer.ProduceAsync("t", Message("before"));
        var endpoint = _broker.Sasl;

        await _broker.Broker.StopListenersAsync();
        Assert.False(_broker.Broker.IsListening);
        using (var admin = new AdminClientBuilder(_broker.Client()).SetLogHandler((_, _) => { }).Build())
        {
            Assert.Throws<KafkaException>(() => admin.GetMetadata(TimeSpan.FromMilliseconds(300)));
        }

        var during = producer.ProduceAsync("t", Message("during"));
        await _broker.Broker.StartListenersAsync();

        Assert.Equal(endpoint, _broker.Sasl);
        Assert.Equal(1, (await during).Offset.Value);
    }

    [Fact]
    public async Task Answer_lost_after_the_append_leads_to_no_duplicate_of_an_idempotent_producer()
    {
        var producer = _broker.Producer(c => (c.EnableIdempotence, c.RetryBackoffMs) = (true, 20));
        await producer.ProduceAsync("t", Message("1"));
        using (_broker.Broker.Faults.Inject(new Fault(FaultKind.DropAfter, ApiKey.Produce, Times: 1)))
        {
            Assert.Equal(1, (await producer.ProduceAsync("t", Message("2"))).Offset.Value);
        }

        Assert.Equal(2, (await producer.ProduceAsync("t", Message("3"))).Offset.Value);
    }

    [Fact]
    public async Task Delayed_answers_are_late_and_no_more()
    {
        var producer = _broker.Producer();
        await producer.ProduceAsync("t", Message("1"));
        var started = TimeProvider.System.GetTimestamp();
        using (_broker.Broker.Faults.Inject(new Fault(FaultKind.Delay, ApiKey.Produce, Delay: TimeSpan.FromMilliseconds(400), Times: 1)))
        {
            await producer.ProduceAsync("t", Message("2"));
        }

        // a timer of .NET goes by the system's coarse clock, which is some milliseconds behind the one this is measured with
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(350));
    }

    [Fact]
    public async Task Full_log_directory_refuses_writes_and_serves_reads()
    {
        var producer = _broker.Producer(c => c.EnableIdempotence = false);
        await producer.ProduceAsync("t", Message("1"));
        var impatient = _broker.Producer(c => (c.MessageTimeoutMs, c.EnableIdempotence) = (1500, false));
        _broker.Broker.Faults.StorageFull = true;

        await Assert.ThrowsAsync<ProduceException<string, string>>(() => impatient.ProduceAsync("t", Message("2")));
        var consumer = _broker.Consumer("g");
        consumer.Subscribe("t");
        Assert.Equal("1", BrokerHarness.Take(consumer, 1)[0].Message.Value);

        _broker.Broker.Faults.Clear();
        Assert.Equal(1, (await producer.ProduceAsync("t", Message("3"))).Offset.Value);
    }

    private static Message<string, string> Message(string value) => new() { Key = "k", Value = value };
}
