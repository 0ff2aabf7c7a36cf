using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

public sealed class LogRetentionTests
{
    [Fact]
    public async Task Segments_older_than_retention_ms_go_the_active_one_included()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { RetentionMs = 60_000, SegmentBytes = 300, FileDeleteDelayMs = 1000 });
        for (var i = 0; i < 10; i++)
        {
            fixture.Log.Append(fixture.Batch(("k", $"{i}")));
            fixture.Time.Advance(TimeSpan.FromSeconds(10));
        }

        fixture.Manager.Sweep();
        var start = fixture.Log.Offsets.LogStartOffset;
        Assert.InRange(start, 1, 4);
        Assert.Equal(start, fixture.ReadAll()[0].Offset);

        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        fixture.Manager.Sweep();
        Assert.Equal(new LogOffsets(10, 10, 10), fixture.Log.Offsets);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        fixture.Manager.Sweep();
        Assert.Single(Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log*"));
        await fixture.CrashAsync();
        Assert.Equal(10, fixture.Log.Append(fixture.Batch(("k", "next"))).BaseOffset);
    }

    [Fact]
    public async Task Oldest_segments_go_while_the_log_is_larger_than_retention_bytes()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { RetentionBytes = 700, SegmentBytes = 300 });
        for (var i = 0; i < 40; i++)
        {
            fixture.Log.Append(fixture.Batch(("k", $"{i:D2}")));
        }

        fixture.Manager.Sweep();

        Assert.InRange(fixture.Log.SizeBytes, 400, 1000);
        Assert.Equal("39", fixture.ReadAll()[^1].Value);
    }

    [Fact]
    public async Task Reader_of_a_dropped_segment_is_told_that_its_offset_is_gone()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { RetentionBytes = 300, SegmentBytes = 300 });
        for (var i = 0; i < 40; i++)
        {
            fixture.Log.Append(fixture.Batch(("k", $"{i}")));
        }

        fixture.Manager.Sweep();

        using var read = fixture.Log.Read(0, 1000);
        Assert.Equal(Pioneer.Embedded.Broker.ErrorCode.OffsetOutOfRange, read.Error);
        Assert.True(read.Offsets.LogStartOffset > 0);
    }
}
