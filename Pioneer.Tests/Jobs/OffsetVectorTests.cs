using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

public sealed class OffsetVectorTests
{
    [Fact]
    public void Vector_reads_back_what_it_writes()
    {
        var vector = OffsetVector.Empty.After(1, 41).After(0, 6).After(1, 42);

        Assert.Equal("0:7,1:43", vector.ToString());
        Assert.True(OffsetVector.TryParse("0:7,1:43", out var parsed));
        Assert.Equal(vector, parsed);
    }

    [Fact]
    public void Vector_names_the_leader_epochs_that_it_knows()
    {
        var vector = OffsetVector.Empty.After(0, 6, 3).After(1, 41, 3).After(1, 42);

        Assert.Equal("0:7:3,1:43", vector.ToString());
        Assert.True(OffsetVector.TryParse(vector.ToString(), out var parsed));
        Assert.Equal(vector, parsed);
        Assert.NotEqual(OffsetVector.Empty.After(0, 6, 2).After(1, 42), parsed);
    }

    [Fact]
    public void Log_that_was_cut_and_filled_again_beyond_the_place_is_gone_on_from_the_cut_with_a_gap()
    {
        var log = new TopicLog("a-b_cdefghijklmnopqrst", new Dictionary<int, (long, long)> { [0] = (0, 45), [1] = (0, 45), [2] = (30, 45) })
        {
            Epochs = new Dictionary<int, int> { [0] = 5, [1] = 5, [2] = 5 },
            KeptTo = new Dictionary<int, long> { [0] = 20, [1] = 41, [2] = 20 },
        };
        var read = OffsetVector.Empty.After(0, 39, 4).After(1, 39, 4).After(2, 39, 4);
        var asked = new OffsetVector(read.Next, log.TopicId, read.Epochs);

        var place = DeliveryStart.At(asked).In(log);

        Assert.Equal([(0, DeliveryGapReason.LogCut, 40L), (2, DeliveryGapReason.LogCut, 40L)], place.Gaps.Select(gap => (gap.Partition, gap.Reason, gap.Offset)));
        Assert.Equal("0:20:5,1:40:5,2:30:5@a-b_cdefghijklmnopqrst", place.Start.ToString());
        Assert.Empty(DeliveryStart.At(place.Start).In(log with { KeptTo = new Dictionary<int, long> { [0] = 45, [1] = 45, [2] = 45 } }).Gaps);
    }

    [Theory]
    [InlineData(50L, null)]
    [InlineData(49L, DeliveryGapReason.LogCut)]
    [InlineData(null, DeliveryGapReason.BeyondEnd)]
    public void Place_beyond_what_readers_may_see_is_none_beyond_the_end_where_the_log_itself_goes_so_far(long? keptTo, DeliveryGapReason? reason)
    {
        var log = new TopicLog("a-b_cdefghijklmnopqrst", new Dictionary<int, (long, long)> { [0] = (0, 45) })
        {
            Epochs = new Dictionary<int, int> { [0] = 5 },
            KeptTo = keptTo is { } kept ? new Dictionary<int, long> { [0] = kept } : [],
        };
        var read = OffsetVector.Empty.After(0, 49, 4);

        var place = DeliveryStart.At(new OffsetVector(read.Next, log.TopicId, read.Epochs)).In(log);

        Assert.Equal(reason, place.Gaps.SingleOrDefault()?.Reason);
        Assert.Equal(reason is null ? 50 : keptTo ?? 0, place.Start.Next[0]);
    }

    [Fact]
    public void Vector_names_its_topic_in_letters_that_an_address_can_hold()
    {
        var vector = new OffsetVector(OffsetVector.Empty.After(0, 6).Next, "a+b/cdefghijklmnopqrst").After(1, 1);

        Assert.Equal("0:7,1:2@a-b_cdefghijklmnopqrst", vector.ToString());
        Assert.True(OffsetVector.TryParse(vector.ToString(), out var parsed));
        Assert.Equal(vector, parsed);
        Assert.True(parsed.IsOf("a+b/cdefghijklmnopqrst"));
        Assert.False(parsed.IsOf("b+b/cdefghijklmnopqrst"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0:")]
    [InlineData("0:-1")]
    [InlineData("a:1")]
    [InlineData("0:1,")]
    [InlineData("0:1:")]
    [InlineData("0:1:-1")]
    [InlineData("0:1:2:3")]
    [InlineData("0:99999999999999999999")]
    [InlineData("0:1@")]
    [InlineData("0:1@short")]
    [InlineData("0:1@a+b/cdefghijklmnopqrst")]
    [InlineData("@a-b_cdefghijklmnopqrst")]
    public void Vector_is_refused_when_it_is_not_one_of_ours(string? text) => Assert.False(OffsetVector.TryParse(text, out _));

    [Fact]
    public void Start_is_recognised_from_what_a_caller_says()
    {
        Assert.Same(DeliveryStart.Latest, DeliveryStart.Parse(null));
        Assert.Same(DeliveryStart.Earliest, DeliveryStart.Parse("earliest"));
        Assert.NotNull(DeliveryStart.Parse("0:1"));
        Assert.Null(DeliveryStart.Parse("yesterday"));
    }
}
