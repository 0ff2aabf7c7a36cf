using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Jdbc;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>Rows that are committed out of the order of their times and numbers, read by polls, batches and restarts in any order.</summary>
public sealed class LateCommitTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-late-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Theory]
    [InlineData("timestamp")]
    [InlineData("timestamp+incrementing")]
    [InlineData("incrementing")]
    public async Task Every_row_that_is_committed_within_the_window_after_its_time_comes_once_across_restarts(string mode)
    {
        // seconds that pass, rows with how late each is (0 to 4 s), rows of a batch that are read, whether the reader begins anew
        var step = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4].Array[0, 6], Gen.Int[0, 3], Gen.Int[0, 6].Select(die => die == 0));
        await step.Array[1, 25].SampleAsync(steps => HoldsAsync(mode, steps), iter: 60);
    }

    private async Task HoldsAsync(string mode, (int Seconds, int[] Lateness, int Batches, bool Restart)[] steps)
    {
        var clock = new FakeTimeProvider(Start);
        await using var source = new LateSource(Path.Combine(_folder, $"{Guid.NewGuid():n}.db"), mode, clock);
        await source.OpenAsync();
        foreach (var (seconds, lateness, batches, restart) in steps)
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await source.InsertAsync(lateness);
            if (restart)
            {
                await source.RestartAsync();
            }

            for (var batch = 0; batch < batches; batch++)
            {
                await source.ReadAsync();
            }
        }

        await source.FinishAsync();

        Assert.Equal(source.Committed.Order(), source.Read.Order());
    }

    /// <summary>A table that rows come to late, and the reader of it: what is read in a batch counts with its position, as in one transaction.</summary>
    private sealed class LateSource(string file, string mode, FakeTimeProvider clock) : IAsyncDisposable
    {
        private const int Rows = 3;

        private readonly JdbcSourceSettings _settings = JdbcSourceSettings.Parse(
            new Dictionary<string, string>
            {
                ["connection.url"] = $"jdbc:sqlite:{file}", ["mode"] = mode, ["query"] = "SELECT * FROM (SELECT id, at, name FROM t) q", ["topic.prefix"] = "t",
                ["timestamp.column.name"] = "at", ["incrementing.column.name"] = "id", ["batch.max.rows"] = $"{Rows}",
            },
            clock);

        private readonly List<(int Id, DateTimeOffset At, DateTimeOffset Due)> _waiting = [];
        private System.Data.Common.DbConnection? _connection;
        private JdbcQuerier? _querier;
        private string? _position;
        private int _next = 1;

        public List<int> Committed { get; } = [];

        public List<int> Read { get; } = [];

        public async Task OpenAsync()
        {
            await ExecuteAsync("PRAGMA journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, at TIMESTAMP, name TEXT)");
            _connection = await _settings.Dialect.OpenAsync(TestContext.Current.CancellationToken);
            await RestartAsync();
        }

        /// <summary>Takes numbers and times in order, and commits each so many seconds later.</summary>
        public async Task InsertAsync(int[] lateness)
        {
            var now = clock.GetUtcNow();
            _waiting.AddRange(lateness.Select(seconds => (_next++, now, now.AddSeconds(seconds))));
            foreach (var row in _waiting.Where(row => row.Due <= now).OrderBy(row => row.Due).ToList())
            {
                await ExecuteAsync($"INSERT INTO t VALUES ({row.Id}, {row.At.ToUnixTimeMilliseconds()}, 'row {row.Id}')");
                Committed.Add(row.Id);
                _waiting.Remove(row);
            }
        }

        public async Task ReadAsync()
        {
            var records = await _querier!.ReadAsync(_connection!, TestContext.Current.CancellationToken);
            Read.AddRange(records.Select(record => Convert.ToInt32(((ConnectStruct)record.Value!).Values[0], System.Globalization.CultureInfo.InvariantCulture)));
            _position = records.Count > 0 ? records[^1].Position.OffsetJson : _position;
        }

        public async Task RestartAsync()
        {
            if (_querier is not null)
            {
                await _querier.DisposeAsync();
            }

            _querier = new JdbcQuerier(_settings, null, "{}", JdbcOffset.Parse(_position), clock);
        }

        /// <summary>Commits what still waits, in time, and reads until nothing comes.</summary>
        public async Task FinishAsync()
        {
            for (var seconds = 0; seconds < 6; seconds++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await InsertAsync([]);
                await DrainAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _querier!.DisposeAsync();
            await _connection!.DisposeAsync();
        }

        private async Task DrainAsync()
        {
            // the rest of an open result, then a poll of its own
            for (var polls = 0; polls < 2; polls++)
            {
                do
                {
                    await ReadAsync();
                }
                while (_querier!.IsOpen);
            }
        }

        private async Task ExecuteAsync(string sql)
        {
            await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }
}
