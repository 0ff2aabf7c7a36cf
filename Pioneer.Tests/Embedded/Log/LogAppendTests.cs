using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

public sealed class LogAppendTests
{
    [Fact]
    public async Task Append_gives_consecutive_offsets_and_keeps_the_bytes_but_offset_and_epoch()
    {
        await using var fixture = await LogFixture.OpenAsync();
        var sent = fixture.Batch(("a", "1"), ("b", "2"));
        fixture.Log.Append(fixture.Batch(("x", "0")));

        var result = fixture.Log.Append((byte[])sent.Clone());

        Assert.Equal((ErrorCode.None, 1L, -1L), (result.Error, result.BaseOffset, result.LogAppendTimeMs));
        using var read = fixture.Log.Read(1, 1000);
        Assert.Equal(sent[16..], read.Records[16..].ToArray());
        Assert.Equal([(0, "x", "0"), (1, "a", "1"), (2, "b", "2")], fixture.ReadAll());
    }

    [Fact]
    public async Task Append_refuses_what_clients_must_not_write()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { MaxMessageBytes = 200 });
        var corrupt = fixture.Batch(("a", "1"));
        corrupt[^1] ^= 1;
        var oldFormat = fixture.Batch(("a", "1"));
        oldFormat[16] = 1;
        byte[] two = [.. fixture.Batch(("a", "1")), .. fixture.Batch(("a", "1"))];
        var control = new RecordBatchBuilder { Control = true }.Add(fixture.Now, LogFixture.Bytes("k"), null).Build();

        Assert.Equal(ErrorCode.CorruptMessage, fixture.Log.Append(corrupt).Error);
        Assert.Equal(ErrorCode.UnsupportedForMessageFormat, fixture.Log.Append(oldFormat).Error);
        Assert.Equal(ErrorCode.InvalidRecord, fixture.Log.Append(two).Error);
        Assert.Equal(ErrorCode.InvalidRecord, fixture.Log.Append(control).Error);
        Assert.Equal(ErrorCode.InvalidRecord, fixture.Log.Append(fixture.Batch(7, 0, -1, false, ("a", "1"))).Error);
        Assert.Equal(ErrorCode.InvalidRecord, fixture.Log.Append(fixture.Batch()).Error);
        Assert.Equal(ErrorCode.MessageTooLarge, fixture.Log.Append(fixture.Batch(("a", new string('x', 300)))).Error);
        Assert.Equal(ErrorCode.CorruptMessage, fixture.Log.Append(new byte[10]).Error);
        Assert.Equal(0, fixture.Log.Offsets.HighWatermark);
    }

    [Fact]
    public async Task Append_refuses_a_record_without_key_when_the_topic_is_compacted()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { Compact = true, Delete = false });

        Assert.Equal(ErrorCode.InvalidRecord, fixture.Log.Append(fixture.Batch(("a", "1"), (null, "2"))).Error);
        Assert.Equal(ErrorCode.None, fixture.Log.Append(fixture.Batch(("a", "1"))).Error);
    }

    [Fact]
    public async Task Append_stamps_the_time_when_the_topic_says_LogAppendTime()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { StampOnAppend = true });
        var batch = new RecordBatchBuilder().Add(5, LogFixture.Bytes("k"), LogFixture.Bytes("v")).Build();

        Assert.Equal(fixture.Now, fixture.Log.Append(batch).LogAppendTimeMs);

        using var read = fixture.Log.Read(0, 1000);
        Assert.True(BatchHeader.TryRead(read.Records.Span, out var header) && header.CrcMatches(read.Records.Span));
        Assert.Equal(fixture.Now, RecordReader.Read(read.Records)[0].TimestampMs);
    }

    [Fact]
    public async Task Idempotent_batches_are_answered_once_and_gaps_are_refused()
    {
        await using var fixture = await LogFixture.OpenAsync();
        AppendResult Send(short epoch, int sequence, int count) => fixture.Log.Append(
            fixture.Batch(9, epoch, sequence, false, [.. Enumerable.Range(0, count).Select(i => ((string?)"k", (string?)$"{sequence + i}"))]));

        Assert.Equal(0, Send(0, 0, 2).BaseOffset);
        Assert.Equal(2, Send(0, 2, 3).BaseOffset);
        Assert.Equal((ErrorCode.None, 2L), (Send(0, 2, 3).Error, Send(0, 2, 3).BaseOffset));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(0, 6, 1).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(1, 5, 1).Error);
        Assert.Equal(5, Send(1, 0, 1).BaseOffset);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Send(0, 5, 1).Error);

        await fixture.CrashAsync();

        Assert.Equal(5, Send(1, 0, 1).BaseOffset);
        Assert.Equal(6, Send(1, 1, 1).BaseOffset);
    }

    [Fact]
    public async Task Sequence_wraps_to_zero_after_the_largest_int()
    {
        await using var fixture = await LogFixture.OpenAsync();
        fixture.Log.Append(fixture.Batch(9, 0, int.MaxValue - 1, false, ("a", "1"), ("a", "2"), ("a", "3")));

        Assert.Equal(3, fixture.Log.Append(fixture.Batch(9, 0, 1, false, ("a", "4"))).BaseOffset);
    }

    [Fact]
    public async Task Waiter_wakes_for_an_append_and_times_out_without_one()
    {
        await using var fixture = await LogFixture.OpenAsync();
        using var waiter = new AppendWaiter([fixture.Log]);
        var waiting = waiter.WaitAsync(TimeSpan.FromSeconds(5), fixture.Time, default);
        fixture.Log.Append(fixture.Batch(("a", "1")));
        Assert.True(await waiting);

        var idle = waiter.WaitAsync(TimeSpan.FromSeconds(5), fixture.Time, default);
        fixture.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await idle);
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public async Task Timestamps_are_found_inside_compressed_batches(CompressionCodec codec)
    {
        await using var fixture = await LogFixture.OpenAsync();
        for (var b = 0; b < 20; b++)
        {
            var builder = new RecordBatchBuilder { Codec = codec };
            for (var r = 0; r < 10; r++)
            {
                builder.Add(fixture.Now + (b * 100) + (r * 10), LogFixture.Bytes("key"), LogFixture.Bytes(new string('v', 500)));
            }

            Assert.Equal(ErrorCode.None, fixture.Log.Append(builder.Build()).Error);
        }

        Assert.Equal(new TimestampOffset(fixture.Now + 1350, 135, 0), fixture.Log.OffsetForTimestamp(fixture.Now + 1341));
        Assert.Equal(new TimestampOffset(fixture.Now, 0, 0), fixture.Log.OffsetForTimestamp(0));
        Assert.Null(fixture.Log.OffsetForTimestamp(fixture.Now + 2000));
        Assert.Equal(new TimestampOffset(fixture.Now + 1990, 199, 0), fixture.Log.MaxTimestamp());
    }
}
