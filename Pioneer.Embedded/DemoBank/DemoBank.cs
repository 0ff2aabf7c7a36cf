using Microsoft.Data.Sqlite;

namespace Pioneer.Embedded.Bank;

/// <summary>What an end-of-day run did.</summary>
/// <param name="RunAt">When it was posted; the <c>updated_at</c> of the balances it changed.</param>
/// <param name="Payments">Payments posted.</param>
/// <param name="Accounts">Balances changed.</param>
public sealed record EndOfDayResult(DateTimeOffset RunAt, int Payments, int Accounts);

/// <summary>
/// A small bank in a SQLite file, a source worth looking at: accounts, balances, payments and FX rates of several tenants. A generator
/// books payments; they reach the balances by the end-of-day run only, at midnight UTC or on demand. It is a source like any other: the
/// platform sees the file and nothing else.
/// </summary>
public sealed partial class DemoBank : IAsyncDisposable
{
    /// <summary>Account of John of the first tenant, whose last movement is long ago and who never gets a payment.</summary>
    public const int JohnsAccount = 1_001;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RatesEvery = TimeSpan.FromSeconds(5);

    private readonly DemoBankOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DemoBank> _logger;
    private readonly SqliteConnection _connection;
    private readonly PaymentGenerator _generator;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private long _clock;
    private long _lastEndOfDay;
    private Task _loop = Task.CompletedTask;

    private DemoBank(DemoBankOptions options, SqliteConnection connection, ILogger<DemoBank> logger, TimeProvider time)
    {
        _options = options;
        _connection = connection;
        _logger = logger;
        _time = time;
        _generator = new PaymentGenerator(options);
    }

    /// <summary>JDBC URL of the bank's database, for a connector's <c>connection.url</c>.</summary>
    public string Url => "jdbc:sqlite:" + DatabasePath;

    /// <summary>Full path of the database file.</summary>
    public string DatabasePath => PathIn(_options.Directory);

    /// <summary>Opens the bank, makes it where there is none, and starts the generator.</summary>
    public static async Task<DemoBank> StartAsync(
        DemoBankOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Directory);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = PathIn(options.Directory),
            Pooling = false,
            DefaultTimeout = 10,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        DemoBankSchema.Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON");
        if (!DemoBankSchema.Exists(connection))
        {
            DemoBankSchema.Create(connection, options, time.GetUtcNow());
        }

        var bank = new DemoBank(options, connection, loggers.CreateLogger<DemoBank>(), time);
        bank._clock = bank.Scalar("SELECT MAX((SELECT COALESCE(MAX(updated_at), 0) FROM payments), (SELECT MAX(updated_at) FROM balances))");
        bank._lastEndOfDay = bank.Scalar("SELECT MAX(run_at) FROM end_of_day");
        bank._loop = Task.Run(bank.RunAsync, cancellationToken);
        return bank;
    }

    /// <summary>Posts all payments since the last run to the balances, in one transaction.</summary>
    public Task<EndOfDayResult> RunEndOfDayAsync(CancellationToken cancellationToken) => WriteAsync(
        now =>
        {
            var from = Scalar("SELECT MAX(last_payment_id) FROM end_of_day");
            var to = Scalar("SELECT COALESCE(MAX(id), 0) FROM payments");
            var accounts = DemoBankSchema.Execute(
                _connection,
                """
                UPDATE balances SET balance = ROUND(balance + moved.total, 2), updated_at = $a
                FROM (SELECT account_id, SUM(amount) AS total FROM payments WHERE id > $b AND id <= $c GROUP BY account_id) AS moved
                WHERE moved.account_id = balances.account_id
                """,
                now,
                from,
                to);
            var payments = (int)Scalar("SELECT COUNT(*) FROM payments WHERE id > $a AND id <= $b", from, to);
            DemoBankSchema.Execute(
                _connection,
                "INSERT INTO end_of_day (run_at, last_payment_id, payments, accounts) VALUES ($a, $b, $c, $d)",
                now,
                Math.Max(from, to),
                payments,
                accounts);
            _lastEndOfDay = now;
            LogEndOfDay(_logger, payments, accounts);
            return new EndOfDayResult(DateTimeOffset.FromUnixTimeMilliseconds(now), payments, accounts);
        },
        cancellationToken);

    /// <summary>Books one payment now and returns its id.</summary>
    public Task<long> BookPaymentAsync(string tenant, int account, decimal amount, CancellationToken cancellationToken) => WriteAsync(
        now => Insert(new NewPayment(tenant, account, "Booked by hand", amount), now),
        cancellationToken);

    /// <summary>Stops the bank and deletes its folder: no trace is left.</summary>
    public async Task DeleteAsync()
    {
        await DisposeAsync();
        Directory.Delete(_options.Directory, recursive: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _loop;
        await _connection.DisposeAsync();
    }

    private static string PathIn(string directory) => Path.GetFullPath(Path.Combine(directory, "bank.db"));

    private async Task RunAsync()
    {
        var owed = 0d;
        var lastTick = _time.GetTimestamp();
        var ratesAt = lastTick;
        using var timer = new PeriodicTimer(Tick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                owed = Math.Min(owed + (_time.GetElapsedTime(lastTick).TotalSeconds * _options.PaymentsPerSecond), 1_000);
                lastTick = _time.GetTimestamp();
                var due = (int)owed;
                owed -= due;
                await StepAsync(due, _time.GetElapsedTime(ratesAt) >= RatesEvery);
                ratesAt = _time.GetElapsedTime(ratesAt) >= RatesEvery ? lastTick : ratesAt;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task StepAsync(int payments, bool rates)
    {
        try
        {
            if (payments > 0 || rates)
            {
                await WriteAsync(now => Book(payments, rates, now), _stop.Token);
            }

            var midnight = new DateTimeOffset(_time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeMilliseconds();
            if (midnight > _lastEndOfDay)
            {
                await RunEndOfDayAsync(_stop.Token);
            }
        }
        catch (SqliteException error)
        {
            // A locked or full disk passes or does not; the bank goes on either way and says so.
            LogStepFailed(_logger, error.Message);
        }
    }

    private int Book(int payments, bool rates, long now)
    {
        for (var count = 0; count < payments; count++)
        {
            Insert(_generator.Next(), now);
        }

        if (rates && _options.PaymentsPerSecond > 0)
        {
            DemoBankSchema.Execute(
                _connection,
                "UPDATE fx_rates SET rate = ROUND(rate * $a, 6), updated_at = $b WHERE currency = $c",
                _generator.NextRateFactor(),
                now,
                _generator.NextRateCurrency());
        }

        return payments;
    }

    private long Insert(NewPayment payment, long now)
    {
        var inserted = DemoBankSchema.Execute(
            _connection,
            """
            INSERT INTO payments (tenant_id, account_id, counterparty, amount, currency, booked_at, updated_at)
            SELECT tenant_id, id, $c, $d, currency, $e, $e FROM accounts WHERE tenant_id = $a AND id = $b
            """,
            payment.Tenant,
            payment.Account,
            payment.Counterparty,
            (double)payment.Amount,
            now);
        return inserted == 1
            ? Scalar("SELECT last_insert_rowid()")
            : throw new ArgumentException($"{payment.Tenant} has no account {payment.Account}", nameof(payment));
    }

    /// <summary>
    /// Writes in an immediate transaction and takes the time inside it, never less than a time given before: commits then stand in the
    /// order of <c>updated_at</c>, without which a timestamp poll could miss rows.
    /// </summary>
    private async Task<T> WriteAsync<T>(Func<long, T> write, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await using var transaction = _connection.BeginTransaction(deferred: false);
            _clock = Math.Max(_clock, _time.GetUtcNow().ToUnixTimeMilliseconds());
            var result = write(_clock);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private long Scalar(string sql, params object[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < values.Length; at++)
        {
            command.Parameters.AddWithValue("$" + (char)('a' + at), values[at]);
        }

        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [LoggerMessage(7401, LogLevel.Information, "End of day at the demo bank: {Payments} payments posted to {Accounts} accounts")]
    private static partial void LogEndOfDay(ILogger logger, int payments, int accounts);

    [LoggerMessage(7402, LogLevel.Warning, "The demo bank could not write: {Reason}")]
    private static partial void LogStepFailed(ILogger logger, string reason);
}
