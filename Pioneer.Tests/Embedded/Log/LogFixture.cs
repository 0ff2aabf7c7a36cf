using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Log;

/// <summary>A log directory of its own that can be closed cleanly, or left as a killed process would leave it.</summary>
internal sealed class LogFixture : IAsyncDisposable
{
    public static readonly TopicPartition Topic = new("orders", 0);
    private static readonly Guid TopicId = new("11111111-2222-3333-4444-555555555555");
    private readonly LogConfig _config;

    private LogFixture(LogConfig config) => _config = config;

    public string Directory { get; private set; } = Path.Combine(Path.GetTempPath(), "pioneer-log-" + Guid.NewGuid().ToString("N"));
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    public LogManager Manager { get; private set; } = null!;
    public PartitionLog Log { get; private set; } = null!;
    public string PartitionDirectory => Path.Combine(Directory, Topic.ToString());
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task<LogFixture> OpenAsync(LogConfig? config = null)
    {
        var fixture = new LogFixture(config ?? LogConfig.Default);
        await fixture.StartAsync();
        return fixture;
    }

    /// <summary>Stops and starts again.</summary>
    public async Task RestartAsync()
    {
        await Manager.DisposeAsync();
        await StartAsync();
    }

    /// <summary>Goes on from a copy of the files as they are now: what kill -9 leaves. <paramref name="damage"/> may spoil them first.</summary>
    public async Task CrashAsync(Action<string>? damage = null)
    {
        var copy = Directory + "x";
        Copy(Directory, copy);
        damage?.Invoke(Path.Combine(copy, Topic.ToString()));
        await Manager.DisposeAsync();
        TestFolder.Delete(Directory);
        Directory = copy;
        await StartAsync();
    }

    public byte[] Batch(params (string? Key, string? Value)[] records) => Batch(BatchHeader.NoProducerId, -1, -1, false, records);

    public byte[] Batch(long producerId, short epoch, int sequence, bool transactional, params (string? Key, string? Value)[] records)
    {
        var builder = new RecordBatchBuilder { ProducerId = producerId, ProducerEpoch = epoch, BaseSequence = sequence, Transactional = transactional };
        foreach (var (key, value) in records)
        {
            builder.Add(Now, Bytes(key), Bytes(value));
        }

        return builder.Build();
    }

    /// <summary>All records visible from an offset on, control records left out, aborted data filtered as a client does.</summary>
    public List<(long Offset, string? Key, string? Value)> ReadAll(IsolationLevel isolation = IsolationLevel.ReadUncommitted, int maxBytes = 1 << 20)
    {
        var all = new List<(long, string?, string?)>();
        var offset = Log.Offsets.LogStartOffset;
        while (true)
        {
            using var result = Log.Read(offset, maxBytes, isolation);
            Assert.Equal(Pioneer.Embedded.Broker.ErrorCode.None, result.Error);
            if (result.Records.Length == 0)
            {
                return all;
            }

            ClientView.Read(result, offset, all);
            offset = result.NextOffset;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Manager.DisposeAsync();
        TestFolder.Delete(Directory);
    }

    internal static ReadOnlyMemory<byte>? Bytes(string? text) => text is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(text);

    private async Task StartAsync()
    {
        Manager = await LogManager.OpenAsync(new LogManagerOptions { DataDirectory = Directory }, NullLoggerFactory.Instance, Time);
        Log = Manager.GetOrCreate(TopicId, Topic, _config);
    }

    private static void Copy(string from, string to)
    {
        System.IO.Directory.CreateDirectory(to);
        foreach (var file in System.IO.Directory.EnumerateFiles(from).Where(f => Path.GetFileName(f) != ".lock"))
        {
            if (File.ResolveLinkTarget(file, returnFinalTarget: true) is null)
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }
        }

        foreach (var directory in System.IO.Directory.EnumerateDirectories(from))
        {
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }
}
