using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

public sealed class LogDiskFullTests
{
    [Fact]
    public async Task Full_disk_is_a_storage_error_and_nothing_half_written_stays()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("/dev/full is Linux");
        }

        await using var fixture = await LogFixture.OpenAsync(new LogConfig { SegmentBytes = 300 });
        var model = new List<string?>();
        while (fixture.Log.SizeBytes < 200)
        {
            fixture.Log.Append(fixture.Batch(("k", $"{model.Count}")));
            model.Add($"{model.Count}");
        }

        // the next segment lands on the device that is always full
        var next = Path.Combine(fixture.PartitionDirectory, $"{fixture.Log.Offsets.HighWatermark:D20}.log");
        File.CreateSymbolicLink(next, "/dev/full");
        var refused = fixture.Log.Append(fixture.Batch(("k", new string('x', 200))));

        Assert.Equal((ErrorCode.KafkaStorageError, -1L), (refused.Error, refused.BaseOffset));
        Assert.Contains("cannot write to orders-0", refused.Message, StringComparison.Ordinal);
        Assert.Equal(model, fixture.ReadAll().Select(r => r.Value));
        Assert.Equal(model.Count, fixture.Log.Offsets.HighWatermark);

        await fixture.CrashAsync(directory => File.Delete(Path.Combine(directory, Path.GetFileName(next))));
        Assert.Equal(model.Count, fixture.Log.Append(fixture.Batch(("k", "again"))).BaseOffset);
    }

    [Fact]
    public async Task Flush_messages_one_syncs_each_batch_and_appends_go_on()
    {
        await using var fixture = await LogFixture.OpenAsync(new LogConfig { FlushMessages = 1 });

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i, fixture.Log.Append(fixture.Batch(("k", $"{i}"))).BaseOffset);
        }

        Assert.Null(fixture.Log.Failure);
    }
}
