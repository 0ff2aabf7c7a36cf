using CsCheck;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

public sealed class LogCompactionTests
{
    private static readonly LogConfig Compacted = new()
    {
        Compact = true,
        Delete = false,
        SegmentBytes = 500,
        IndexIntervalBytes = 100,
        MinCleanableDirtyRatio = 0,
        DeleteRetentionMs = 60_000,
        FileDeleteDelayMs = 0,
    };

    private static readonly Gen<(int Key, int Value, int Step)[]> Writes = Gen.Select(Gen.Int[0, 5], Gen.Int[-2, 9], Gen.Int[0, 8]).Array[1, 120];

    [Fact]
    public Task Compaction_keeps_the_last_value_of_each_key_and_every_offset() =>
        Writes.SampleAsync(
            async writes =>
            {
                await using var fixture = await LogFixture.OpenAsync(Compacted);
                var model = new Dictionary<string, (long Offset, string? Value)>();
                foreach (var (k, v, step) in writes)
                {
                    var (key, value) = ($"k{k}", v < 0 ? null : $"v{v}");
                    var result = fixture.Log.Append(fixture.Batch((key, value)));
                    model[key] = (result.BaseOffset, value);
                    await (step switch
                    {
                        0 => fixture.CrashAsync(),
                        1 or 2 => SweepAsync(fixture),
                        _ => Task.CompletedTask,
                    });
                }

                fixture.Manager.Sweep();
                await fixture.CrashAsync();

                var read = fixture.ReadAll(maxBytes: 150);
                Assert.Equal(writes.Length, fixture.Log.Offsets.HighWatermark);
                Assert.Equal(read.Select(r => r.Offset).Order(), read.Select(r => r.Offset));
                foreach (var (key, (offset, value)) in model)
                {
                    var last = read.Where(r => r.Key == key).ToList();
                    if (value is not null)
                    {
                        Assert.Equal((offset, key, value), last[^1]);
                    }
                    else if (last.Count > 0)
                    {
                        // a tombstone may be gone, but then nothing older of its key is left
                        Assert.Equal((offset, key, null), last[^1]);
                    }
                }
            },
            iter: 15, threads: 1);

    [Fact]
    public async Task Older_values_go_and_tombstones_go_after_their_retention()
    {
        await using var fixture = await LogFixture.OpenAsync(Compacted);
        foreach (var value in new[] { "1", "2", null })
        {
            fixture.Log.Append(fixture.Batch(("gone", value)));
        }

        Fill(fixture, 20);
        fixture.Manager.Sweep();
        Assert.Equal([(2, "gone", null)], fixture.ReadAll().Where(r => r.Key == "gone"));

        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Fill(fixture, 20);
        fixture.Manager.Sweep();

        Assert.DoesNotContain(fixture.ReadAll(), r => r.Key == "gone");
        Assert.True(fixture.ReadAll().Count(r => r.Key == "fill") < 10);
    }

    [Fact]
    public async Task Aborted_data_is_dropped_open_transactions_are_not_touched_and_sequences_survive()
    {
        await using var fixture = await LogFixture.OpenAsync(Compacted);
        fixture.Log.Append(fixture.Batch(("k", "kept")));
        fixture.Log.Append(fixture.Batch(1, 0, 0, true, ("k", "aborted")));
        fixture.Log.AppendMarker(1, 0, commit: false, 0);
        fixture.Log.Append(fixture.Batch(2, 0, 0, true, ("c", "committed")));
        fixture.Log.AppendMarker(2, 0, commit: true, 0);
        Fill(fixture, 20);
        fixture.Log.Append(fixture.Batch(3, 0, 0, true, ("o", "open")));
        Fill(fixture, 20);

        fixture.Manager.Sweep();

        var read = fixture.ReadAll();
        Assert.Contains((0, "k", "kept"), read);
        Assert.DoesNotContain(read, r => r.Value == "aborted");
        Assert.Contains(read, r => r.Value == "open");
        Assert.DoesNotContain(fixture.ReadAll(IsolationLevel.ReadCommitted), r => r.Value is "open" or "aborted");
        Assert.Contains(fixture.ReadAll(IsolationLevel.ReadCommitted), r => r.Value == "committed");
        await fixture.CrashAsync(directory =>
        {
            foreach (var snapshot in Directory.EnumerateFiles(directory, "*.snapshot"))
            {
                File.Delete(snapshot);
            }
        });
        Assert.Equal(1, fixture.Log.Append(fixture.Batch(1, 0, 0, true, ("k", "aborted"))).BaseOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, fixture.Log.Append(fixture.Batch(2, 0, 5, true, ("c", "x"))).Error);
        Assert.Equal(fixture.Log.Offsets.LastStableOffset, fixture.ReadAll().Single(r => r.Value == "open").Offset);
    }

    [Fact]
    public async Task Compaction_cut_off_after_its_commit_is_finished_at_start_and_before_it_forgotten()
    {
        await using var fixture = await LogFixture.OpenAsync(Compacted);
        fixture.Log.Append(fixture.Batch(("first", "kept")));
        Fill(fixture, 39);
        fixture.Manager.Checkpoint();
        var old = Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log").ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
        fixture.Manager.Sweep();
        var compacted = Directory.EnumerateFiles(fixture.PartitionDirectory, "*.log").Order().ToList();
        var (first, end) = (File.ReadAllBytes(compacted[0]), Path.GetFileNameWithoutExtension(compacted[1]));
        Assert.True(first.Length < old[Path.GetFileName(compacted[0])].Length);

        await fixture.CrashAsync(directory =>
        {
            foreach (var (name, bytes) in old)
            {
                File.WriteAllBytes(Path.Combine(directory, name), bytes);
            }

            File.WriteAllBytes(Path.Combine(directory, $"{0:D20}-{end}.swap"), first);
            File.WriteAllBytes(Path.Combine(directory, $"{0:D20}.cleaned"), [1, 2, 3]);
        });

        var read = fixture.ReadAll();
        Assert.Equal((0, "first", "kept"), read[0]);
        Assert.Equal(long.Parse(end), read[1].Offset);
        Assert.Equal(40, fixture.Log.Offsets.HighWatermark);
        Assert.DoesNotContain(Directory.EnumerateFiles(fixture.PartitionDirectory), f => f.EndsWith(".swap", StringComparison.Ordinal) || f.EndsWith(".cleaned", StringComparison.Ordinal));
    }

    private static void Fill(LogFixture fixture, int count)
    {
        for (var i = 0; i < count; i++)
        {
            fixture.Log.Append(fixture.Batch(("fill", $"{i}")));
        }
    }

    private static Task SweepAsync(LogFixture fixture)
    {
        fixture.Time.Advance(TimeSpan.FromSeconds(40));
        fixture.Manager.Sweep();
        return Task.CompletedTask;
    }
}
