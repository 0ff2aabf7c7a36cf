using System.Data.Common;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;
using Pioneer.Embedded.Connect.Runtime;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>Polls the tables of one task, or its query, in turn; each at most once per <c>poll.interval.ms</c>.</summary>
internal sealed partial class JdbcSourceTask(JdbcSourceSettings settings, TimeProvider time, ILogger<JdbcSourceTask> logger) : ISourceTask
{
    private const string QueryPartition = """{"query":"query"}""";

    private readonly Queue<(JdbcQuerier Querier, long DueAt)> _queue = new();
    private DbConnection? _connection;
    private long _cycleStarted;

    public async Task StartAsync(Func<string, string?> storedOffset, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _connection = await settings.Dialect.OpenAsync(cancellationToken);
                break;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // asked again, a server that does not let us in may lock the account
                ThrowIfLasting(error);
                if (attempt >= settings.ConnectionAttempts)
                {
                    throw new SourceUnavailableException(
                        $"Could not open {settings.Dialect.Description} after {attempt} attempts: {error.Message}", error);
                }

                LogConnectionFailed(logger, settings.Dialect.Description, attempt, settings.ConnectionAttempts, error.Message);
                await Task.Delay(settings.ConnectionBackoff, time, cancellationToken);
            }
        }

        var now = time.GetTimestamp();
        foreach (var table in settings.Query is null ? settings.Tables.Cast<string?>() : [null])
        {
            var partition = table is null ? QueryPartition : TablePartition(table);
            _queue.Enqueue((new JdbcQuerier(settings, table, partition, JdbcOffset.Parse(storedOffset(partition)), time), now));
        }
    }

    public async Task<SourceBatch> PollAsync(CancellationToken cancellationToken)
    {
        var connection = _connection ?? throw new InvalidOperationException("The task was not started");
        var (querier, dueAt) = _queue.Peek();
        var wait = Until(dueAt);
        if (wait > TimeSpan.Zero)
        {
            return new SourceBatch([], wait);
        }

        if (!querier.IsOpen)
        {
            _cycleStarted = time.GetTimestamp();
        }

        var records = await ReadAsync(querier, connection, cancellationToken);
        if (querier.IsOpen)
        {
            return new SourceBatch(records, TimeSpan.Zero, ReadUpTo: querier.ReadUpTo);
        }

        _queue.Dequeue();
        _queue.Enqueue((querier, _cycleStarted + (long)(settings.PollInterval.TotalSeconds * time.TimestampFrequency)));
        var cycle = settings.Mode == JdbcMode.Bulk
            ? new BulkCycle(querier.Name, querier.RowsOfCycle, time.GetElapsedTime(_cycleStarted))
            : null;
        return new SourceBatch(records, Max(Until(_queue.Peek().DueAt), TimeSpan.Zero), cycle, querier.ReadUpTo);
    }

    private async Task<IReadOnlyList<SourceRecord>> ReadAsync(JdbcQuerier querier, DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await querier.ReadAsync(connection, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            ThrowIfLasting(error);
            throw;
        }
    }

    private void ThrowIfLasting(Exception error)
    {
        if (settings.Dialect.Judge(error) is { Passes: false } failure)
        {
            var code = failure.Code is null ? "" : $" [{failure.Code}]";
            throw new SourceFailedException(failure.JavaName, $"{settings.Dialect.Description}: {failure.Message}{code}", error);
        }
    }

    /// <summary>Runs each query once without keeping its rows; errors by key.</summary>
    public async Task<IReadOnlyList<ConnectConfigException>> TryQueriesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var errors = new List<ConnectConfigException>();
        foreach (var table in settings.Query is null ? settings.Tables.Cast<string?>() : [null])
        {
            try
            {
                await using var querier = new JdbcQuerier(settings with { BatchMaxRows = 1 }, table, "", JdbcOffset.Start, time);
                await querier.ReadAsync(connection, cancellationToken);
            }
            catch (Exception error) when (error is ConnectDataException || settings.Dialect.Judge(error) is not null)
            {
                errors.Add(new ConnectConfigException(
                    table is null ? "query" : "table.whitelist",
                    $"{(table is null ? "The query" : $"Table {table}")} cannot be read in mode {settings.Mode}: {error.Message}"));
            }
        }

        return errors;
    }

    public bool IsTransient(Exception error) => settings.Dialect.Judge(error) is { Passes: true };

    public async ValueTask DisposeAsync()
    {
        while (_queue.TryDequeue(out var entry))
        {
            await entry.Querier.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }
    }

    private TimeSpan Until(long dueAt) =>
        TimeSpan.FromSeconds((dueAt - time.GetTimestamp()) / (double)time.TimestampFrequency);

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static string TablePartition(string table) =>
        CanonicalJson.Of(new System.Text.Json.Nodes.JsonObject { ["protocol"] = "1", ["table"] = table });

    [LoggerMessage(7301, LogLevel.Warning, "Could not open {Source} (attempt {Attempt} of {Attempts}): {Reason}")]
    private static partial void LogConnectionFailed(ILogger logger, string source, int attempt, int attempts, string reason);
}
