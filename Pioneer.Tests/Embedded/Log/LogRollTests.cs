using System.Text;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

/// <summary>When segments roll and retention looks at them: by the records' own times, as on Apache Kafka 4.2.</summary>
public sealed class LogRollTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Back_dated_records_go_although_a_record_of_today_follows_them()
    {
        await using var fixture = await LogFixture.OpenAsync();
        for (var days = 30; days > 20; days--)
        {
            fixture.Log.Append(At(fixture, -days * Day));
        }

        fixture.Log.Append(At(fixture, TimeSpan.Zero));
        fixture.Manager.Sweep();

        Assert.Equal(10, fixture.Log.Offsets.LogStartOffset);
        Assert.Equal(11, fixture.Log.Offsets.HighWatermark);
    }

    [Fact]
    public async Task Back_dated_records_stay_behind_a_live_record_of_their_segment()
    {
        await using var fixture = await LogFixture.OpenAsync();
        fixture.Log.Append(At(fixture, TimeSpan.Zero));
        fixture.Log.Append(At(fixture, -30 * Day));
        fixture.Manager.Sweep();

        Assert.Equal(0, fixture.Log.Offsets.LogStartOffset);
    }

    [Fact]
    public async Task Segment_keeps_its_age_over_a_restart()
    {
        await using var fixture = await LogFixture.OpenAsync();
        fixture.Log.Append(At(fixture, -8 * Day));
        await fixture.RestartAsync();
        fixture.Log.Append(At(fixture, TimeSpan.Zero));

        Assert.Equal(2, Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log").Count());
    }

    [Fact]
    public async Task Time_alone_rolls_nothing_an_append_does()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { SegmentMs = 1000, RetentionMs = -1 });
        fixture.Log.Append(At(fixture, TimeSpan.Zero));
        fixture.Time.Advance(Day);
        fixture.Manager.Sweep();
        Assert.Single(Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log"));

        fixture.Log.Append(At(fixture, TimeSpan.Zero));

        Assert.Equal(2, Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log").Count());
    }

    [Fact]
    public async Task Retention_is_first_checked_half_a_minute_after_a_start_then_each_five_minutes()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { RetentionMs = 1 });
        fixture.Log.Append(At(fixture, -Day));

        fixture.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, fixture.Log.Offsets.LogStartOffset);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fixture.Log.Offsets.LogStartOffset);

        fixture.Log.Append(At(fixture, -Day));
        fixture.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, fixture.Log.Offsets.LogStartOffset);
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, fixture.Log.Offsets.LogStartOffset);
    }

    [Theory]
    [InlineData("", ErrorCode.None)]
    [InlineData("delete", ErrorCode.None)]
    [InlineData("compact,delete", ErrorCode.None)]
    [InlineData("compact", ErrorCode.PolicyViolation)]
    public async Task Records_are_deleted_on_request_but_for_a_topic_that_is_only_compacted(string policy, ErrorCode expected)
    {
        var config = LogConfig.FromTopicConfig(new Dictionary<string, string> { ["cleanup.policy"] = policy, ["retention.ms"] = "1" });
        await using var fixture = await LogFixture.OpenAsync(config);
        fixture.Log.Append(fixture.Batch(("a", "1"), ("a", "2")));

        Assert.Equal(expected, fixture.Log.DeleteRecords(1).Error);
    }

    [Fact]
    public async Task Topic_without_a_cleanup_policy_keeps_everything()
    {
        var config = LogConfig.FromTopicConfig(new Dictionary<string,
            string> { ["cleanup.policy"] = "", ["retention.ms"] = "1", ["retention.bytes"] = "1" });
        await using var fixture = await LogFixture.OpenAsync(config);
        fixture.Log.Append(At(fixture, -Day));
        fixture.Time.Advance(Day);
        fixture.Manager.Sweep();

        Assert.Equal(0, fixture.Log.Offsets.LogStartOffset);
    }

    [Fact]
    public async Task Record_out_of_the_topics_times_is_named_in_Kafkas_words()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { TimestampBeforeMaxMs = 1000 });
        var early = fixture.Now - 1001;
        var batch = new RecordBatchBuilder().Add(fixture.Now, Bytes("a"), Bytes("1")).Add(early, Bytes("b"), Bytes("2")).Build();

        var result = fixture.Log.Append(batch);

        Assert.Equal((ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp"),
            (result.Error, result.Message));
        Assert.Equal(
            [new RecordFault(1, $"Timestamp {early} of message with offset 1 is out of range. "
                + $"The timestamp should be within [{fixture.Now - 1000}, {fixture.Now + 3_600_000}]")],
            result.Faults);
    }

    [Theory]
    [InlineData(-3_600_000, ErrorCode.None)]
    [InlineData(3_540_000, ErrorCode.None)]
    [InlineData(3_600_001, ErrorCode.InvalidTimestamp)]
    public async Task Record_may_be_dated_back_without_limit_and_forward_by_an_hour(long offsetMs, ErrorCode expected)
    {
        await using var fixture = await LogFixture.OpenAsync();

        Assert.Equal(expected, fixture.Log.Append(At(fixture, TimeSpan.FromMilliseconds(offsetMs))).Error);
    }

    [Fact]
    public void Lz4_frames_have_independent_blocks()
    {
        const int flags = 4, independent = 0x20;

        var frame = Compression.Compress(CompressionCodec.Lz4, Encoding.UTF8.GetBytes(new string('x', 200_000)));

        Assert.Equal(independent, frame[flags] & independent);
    }

    private static byte[] At(LogFixture fixture, TimeSpan offset) =>
        new RecordBatchBuilder().Add(fixture.Now + (long)offset.TotalMilliseconds, Bytes("k"), Bytes("v")).Build();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
