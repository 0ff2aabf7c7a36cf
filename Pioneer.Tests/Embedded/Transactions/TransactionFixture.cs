using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Embedded.Broker.Transactions;
using Pioneer.Tests.Embedded.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Transactions;

/// <summary>Logs, groups and transactions over one directory, that can crash: go on from the files as they are.</summary>
internal sealed class TransactionFixture : IAsyncDisposable
{
    public static readonly TopicPartition P0 = new("t", 0);
    public static readonly TopicPartition P1 = new("t", 1);
    private static readonly Guid TopicId = new("aaaaaaaa-2222-3333-4444-555555555555");
    private string _directory = Path.Combine(Path.GetTempPath(), "pioneer-txn-" + Guid.NewGuid().ToString("N"));

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    public LogManager Logs { get; private set; } = null!;
    public GroupCoordinator Groups { get; private set; } = null!;
    public TransactionCoordinator Transactions { get; private set; } = null!;

    public static async Task<TransactionFixture> OpenAsync()
    {
        var fixture = new TransactionFixture();
        await fixture.StartAsync();
        return fixture;
    }

    public PartitionLog Log(TopicPartition partition) => Logs.GetOrCreate(TopicId, partition, LogConfig.Default);

    /// <summary>Kill -9: copies the files as they are, drops the objects, opens the copy.</summary>
    public async Task CrashAsync(Action<string>? damage = null)
    {
        var copy = _directory + "x";
        foreach (var directory in Directory.EnumerateDirectories(_directory))
        {
            var target = Path.Combine(copy, Path.GetFileName(directory));
            Directory.CreateDirectory(target);
            foreach (var file in Directory.EnumerateFiles(directory))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        File.Copy(Path.Combine(_directory, "producer-ids"), Path.Combine(copy, "producer-ids"));
        damage?.Invoke(copy);
        await StopAsync();
        TestFolder.Delete(_directory);
        _directory = copy;
        await StartAsync();
    }

    public AppendResult Send(string id, ProducerIdentity producer, TopicPartition partition, int sequence, params string[] values)
    {
        var builder = new RecordBatchBuilder
        {
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            BaseSequence = sequence,
            Transactional = true,
        };
        foreach (var value in values)
        {
            builder.Add(Time.GetUtcNow().ToUnixTimeMilliseconds(), null, Encoding.UTF8.GetBytes(value));
        }

        return Transactions.Append(id, Log(partition), builder.Build());
    }

    public List<string> Committed(TopicPartition partition)
    {
        var all = new List<(long Offset, string? Key, string? Value)>();
        var offset = 0L;
        while (true)
        {
            using var result = Log(partition).Read(offset, 500, IsolationLevel.ReadCommitted);
            Assert.Equal(ErrorCode.None, result.Error);
            if (result.Records.Length == 0)
            {
                return [.. all.Select(r => r.Value!)];
            }

            ClientView.Read(result, offset, all);
            offset = result.NextOffset;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        TestFolder.Delete(_directory);
    }

    private async Task StartAsync()
    {
        Logs = await LogManager.OpenAsync(
            new LogManagerOptions { DataDirectory = _directory, OffsetsPartitions = 2, TransactionPartitions = 2 }, NullLoggerFactory.Instance, Time);
        Log(P0);
        Log(P1);
        Groups = GroupCoordinator.Open(Logs, new GroupOptions(), NullLoggerFactory.Instance, Time);
        Transactions = TransactionCoordinator.Open(
            Logs, Groups, new ProducerIdAllocator(_directory), new TransactionOptions(), NullLoggerFactory.Instance, Time);
    }

    private async Task StopAsync()
    {
        await Transactions.DisposeAsync();
        await Groups.DisposeAsync();
        await Logs.DisposeAsync();
    }
}
