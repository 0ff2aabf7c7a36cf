using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Delivery;

/// <summary>On the embedded broker, which can be given a log that an unclean election cut and that was filled again to where it ended before.</summary>
public sealed class EmbeddedEventStreamTests : EventStreamContract
{
    private BrokerHarness? _broker;

    [Fact]
    public async Task Open_stream_whose_log_is_cut_and_filled_again_to_its_place_is_told_and_goes_on_from_the_cut()
    {
        var reading = await ReadFortyAsync(seen => seen.SkipWhile(happened => happened.Name != "gap").Count() == 21);

        await CameBackAsync(1, 20);
        var seen = await reading;

        AssertCut(seen, 40, 20);
        Assert.Equal(Enumerable.Range(20, 20), seen.Skip(41).Select(happened => (int)happened.Place.Offset));
        Assert.Contains("0:40:1@", seen[^1].Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_stream_whose_log_is_cut_and_filled_again_beyond_its_place_is_told_before_what_is_new()
    {
        var reading = await ReadFortyAsync(seen => Keys(seen).Contains("b4"));

        await CameBackAsync(1, 20);
        await WriteAsync(0, "b", 5);
        var seen = await reading;

        AssertCut(seen, 40, 20);
        Assert.Equal(Enumerable.Range(20, 25), seen.Skip(41).Select(happened => (int)happened.Place.Offset));
    }

    [Fact]
    public async Task Open_stream_that_has_read_nothing_yet_is_told_of_a_cut_before_its_place()
    {
        await WriteFortyAsync();
        var stream = (await Portal.UseAsync<DeliveryReader, Result<DeliveryStream>>(
            reader => reader.OpenAsync(TenantSlug.Parse("acme"), "large", DeliveryStart.Latest, Ct))).Value;

        await CameBackAsync(1, 20);
        await WriteAsync(0, "b", 1);
        var seen = new List<DeliveryEvent>();
        await foreach (var happened in stream.EventsAsync(Ct).Where(happened => happened.Kind is not DeliveryEventKind.Heartbeat))
        {
            seen.Add(happened);
            if (happened.Key == "\"b0\"")
            {
                break;
            }
        }

        Assert.Equal((DeliveryGapReason.LogCut, 40L), (seen[0].Gap?.Reason, seen[0].Offset));
        Assert.Equal(Enumerable.Range(20, 21), seen.Skip(1).Select(happened => (int)happened.Offset));
    }

    [Fact]
    public async Task Open_stream_goes_on_without_a_word_where_another_leader_has_kept_the_log()
    {
        var reading = await ReadFortyAsync(seen => seen.Any(happened => happened.Name == "record" && happened.Data.GetProperty("key").GetString() == "c4"));

        await CameBackAsync(1, 40);
        await WriteAsync(0, "b", 5);
        await CameBackAsync(2, 45);
        await WriteAsync(0, "c", 5);
        var seen = await reading;

        Assert.All(seen, happened => Assert.True(happened.Name == "record", $"{happened.Name}: {happened.Data}"));
        Assert.Equal(Enumerable.Range(0, 50), seen.Select(happened => (int)happened.Place.Offset));
    }

    private protected override async Task<KafkaOptions> KafkaAsync() => (_broker = await BrokerHarness.StartAsync()).Options;

    private protected override ValueTask EndAsync() => _broker!.DisposeAsync();

    private async Task WriteFortyAsync()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 20);
        await WriteAsync(0, "a", 20);
    }

    /// <summary>An open stream that has read forty records, and reads on until it is enough.</summary>
    private async Task<Task<IReadOnlyList<SseEvent>>> ReadFortyAsync(Func<IReadOnlyList<SseEvent>, bool> enough)
    {
        await WriteFortyAsync();
        var (reading, reads) = ReadOn(40, enough);
        await reads.WaitAsync(Patience.Usual, Ct);
        return reading;
    }

    private static void AssertCut(IReadOnlyList<SseEvent> seen, long offset, long keptTo)
    {
        var gap = Assert.Single(seen, happened => happened.Name == "gap");
        Assert.Same(seen[40], gap);
        Assert.Equal(("log-cut", (0, offset)), (gap.Data.GetProperty("reason").GetString(), gap.Place));
        Assert.Contains($"was cut at {keptTo}", gap.Data.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private Task CameBackAsync(int epoch, long from) => _broker!.CameBackAsync("acme.d.large", epoch, from);
}
