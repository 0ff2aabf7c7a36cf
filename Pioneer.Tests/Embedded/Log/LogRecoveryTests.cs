using CsCheck;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

public sealed class LogRecoveryTests
{
    private static readonly LogConfig SmallSegments = new() { SegmentBytes = 600, IndexIntervalBytes = 100 };

    private static readonly Gen<int[]> BatchSizes = Gen.Int[1, 4].Array[1, 40];

    [Fact]
    public Task Log_equals_its_model_after_appends_restarts_and_crashes() =>
        Gen.Select(BatchSizes, Gen.Int[0, 2].Array[40], Gen.Int[1, 300]).SampleAsync(
            async (sizes, stops, maxBytes) =>
            {
                await using var fixture = await LogFixture.OpenAsync(SmallSegments);
                var model = new List<(long, string?, string?)>();
                for (var i = 0; i < sizes.Length; i++)
                {
                    AppendTo(fixture, model, sizes[i]);
                    await (stops[i] switch { 1 => fixture.RestartAsync(), 2 => fixture.CrashAsync(), _ => Task.CompletedTask });
                }

                Assert.Equal(model, fixture.ReadAll(maxBytes: maxBytes));
            },
            iter: 12, threads: 1);

    [Fact]
    public Task Truncated_or_damaged_tail_loses_no_earlier_batch() =>
        Gen.Select(BatchSizes, Gen.Int[0, 39], Gen.Bool, Gen.Int[1, 100_000]).SampleAsync(
            async (sizes, checkpointAt, truncate, where) =>
            {
                await using var fixture = await LogFixture.OpenAsync(SmallSegments);
                var model = new List<(long, string?, string?)>();
                for (var i = 0; i < sizes.Length; i++)
                {
                    AppendTo(fixture, model, sizes[i]);
                    // what was synced is trusted: only truncation is noticed there
                    if (i == checkpointAt && truncate)
                    {
                        fixture.Manager.Checkpoint();
                    }
                }

                var intact = 0L;
                await fixture.CrashAsync(directory => intact = Spoil(directory, truncate, where));

                var read = fixture.ReadAll();
                Assert.Equal(model.Take(read.Count), read);
                Assert.True(fixture.Log.Offsets.HighWatermark >= intact);
                AppendTo(fixture, [], 2);
                Assert.Equal(read.Count + 2, fixture.ReadAll().Count);
            },
            iter: 40, threads: 1);

    [Fact]
    public async Task Restart_trusts_what_lies_below_the_recovery_point_and_reads_it_lazily()
    {
        await using var fixture = await LogFixture.OpenAsync(SmallSegments);
        var model = new List<(long, string?, string?)>();
        for (var i = 0; i < 50; i++)
        {
            AppendTo(fixture, model, 2);
        }

        fixture.Manager.Checkpoint();
        await fixture.CrashAsync(directory =>
        {
            foreach (var index in System.IO.Directory.EnumerateFiles(directory, "*.index").Order().Take(3))
            {
                File.Delete(index);
            }
        });

        Assert.Equal(model, fixture.ReadAll());
    }

    [Fact]
    public async Task Log_start_set_by_DeleteRecords_survives_a_crash()
    {
        await using var fixture = await LogFixture.OpenAsync(SmallSegments);
        for (var i = 0; i < 30; i++)
        {
            fixture.Log.Append(fixture.Batch(("a", $"{i}")));
        }

        Assert.Equal(new DeleteRecordsResult(ErrorCode.None, 17), fixture.Log.DeleteRecords(17));
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.DeleteRecords(31).Error);
        await fixture.CrashAsync();

        Assert.Equal(17, fixture.Log.Offsets.LogStartOffset);
        Assert.Equal(17, fixture.ReadAll()[0].Offset);
        using var below = fixture.Log.Read(3, 100);
        Assert.Equal(ErrorCode.OffsetOutOfRange, below.Error);
        Assert.Equal(30, fixture.Log.DeleteRecords(-1).LowWatermark);
        Assert.Empty(fixture.ReadAll());
    }

    [Fact]
    public async Task Deleted_topic_is_gone_after_restart_and_a_new_one_of_the_name_starts_at_zero()
    {
        await using var fixture = await LogFixture.OpenAsync();
        fixture.Log.Append(fixture.Batch(("a", "1")));
        var old = fixture.Log;
        fixture.Manager.DeleteTopic(old.TopicId);

        using var read = old.Read(0, 100);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, read.Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, old.Append(fixture.Batch(("a", "1"))).Error);
        await fixture.RestartAsync();
        Assert.Equal(0, fixture.Log.Offsets.HighWatermark);
    }

    [Fact]
    public async Task Second_process_cannot_open_the_directory()
    {
        await using var fixture = await LogFixture.OpenAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => LogManager.OpenAsync(
            new LogManagerOptions { DataDirectory = fixture.Directory },
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            fixture.Time));
    }

    private static void AppendTo(LogFixture fixture, List<(long, string?, string?)> model, int records)
    {
        var first = fixture.Log.Offsets.HighWatermark;
        (string?, string?)[] batch = [.. Enumerable.Range(0, records).Select(r => ((string?)$"k{r}", (string?)$"v{first + r}"))];
        var result = fixture.Log.Append(fixture.Batch(batch));
        Assert.Equal((ErrorCode.None, first), (result.Error, result.BaseOffset));
        model.AddRange(batch.Select((pair, r) => (first + r, pair.Item1, pair.Item2)));
    }

    // Damages the last segment at some byte; answers the end offset of the last batch that lies wholly before that byte.
    private static long Spoil(string directory, bool truncate, int where)
    {
        var file = System.IO.Directory.EnumerateFiles(directory, "*.log").Order().Last();
        var bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0)
        {
            return 0;
        }

        var at = where % bytes.Length;
        var intact = long.Parse(Path.GetFileNameWithoutExtension(file));
        for (var position = 0; BatchHeader.TryRead(bytes.AsSpan(position), out var header) && position + header.TotalBytes <= at; position += header.TotalBytes)
        {
            intact = header.NextOffset;
        }

        if (truncate)
        {
            bytes = bytes[..at];
        }
        else
        {
            bytes[at] ^= 0x5A;
        }

        File.WriteAllBytes(file, bytes);
        return intact;
    }
}
