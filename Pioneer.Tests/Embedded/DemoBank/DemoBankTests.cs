using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Bank;
using Bank = Pioneer.Embedded.Bank.DemoBank;
using Xunit;

namespace Pioneer.Tests.Embedded.DemoBank;

public sealed class DemoBankTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "pioneer-bank-" + Guid.NewGuid().ToString("N"));
    private readonly FakeTimeProvider _time = new(Start);

    [Fact]
    public async Task Bank_is_the_same_for_the_same_seed()
    {
        await using (await StartAsync())
        {
        }

        var first = Query("SELECT group_concat(id || holder || iban || opening_balance) FROM accounts");
        TestFolder.Delete(_directory);
        await using (await StartAsync())
        {
        }

        Assert.Equal(first, Query("SELECT group_concat(id || holder || iban || opening_balance) FROM accounts"));
        Assert.Equal("acme,globex,initech", Query("SELECT group_concat(DISTINCT tenant_id) FROM accounts"));
    }

    [Fact]
    public async Task John_had_no_activity_for_over_a_year_and_gets_no_payment()
    {
        await using var bank = await StartAsync();
        await BookAsync(bank, 400);

        Assert.Equal("John Miller", Query($"SELECT holder FROM accounts WHERE id = {Bank.JohnsAccount} AND tenant_id = 'acme'"));
        Assert.Equal("0", Query($"SELECT COUNT(*) FROM payments WHERE account_id = {Bank.JohnsAccount}"));
        var touched = long.Parse(Query($"SELECT updated_at FROM balances WHERE account_id = {Bank.JohnsAccount}"), CultureInfo.InvariantCulture);
        Assert.True(Start - DateTimeOffset.FromUnixTimeMilliseconds(touched) > TimeSpan.FromDays(365));
    }

    [Fact]
    public async Task Generator_books_the_chosen_rate_for_every_tenant_some_above_1000()
    {
        await using var bank = await StartAsync();
        await BookAsync(bank, 300);

        Assert.Equal("3", Query("SELECT COUNT(DISTINCT tenant_id) FROM payments"));
        Assert.True(int.Parse(Query("SELECT COUNT(*) FROM payments WHERE amount > 1000"), CultureInfo.InvariantCulture) > 20);
        Assert.Equal("0", Query("SELECT COUNT(*) FROM payments WHERE typeof(updated_at) <> 'integer'"));
    }

    [Fact]
    public async Task End_of_day_posts_each_payment_once()
    {
        await using var bank = await StartAsync(rate: 0);
        await bank.BookPaymentAsync("acme", 1002, 100.25m, default);
        await bank.BookPaymentAsync("acme", 1002, -0.25m, default);
        await bank.BookPaymentAsync("globex", 2001, 5, default);

        var first = await bank.RunEndOfDayAsync(default);
        var second = await bank.RunEndOfDayAsync(default);

        Assert.Equal((3, 2), (first.Payments, first.Accounts));
        Assert.Equal((0, 0), (second.Payments, second.Accounts));
        AssertBalanced();
    }

    [Fact]
    public async Task End_of_day_runs_by_itself_after_midnight()
    {
        await using var bank = await StartAsync(rate: 0);
        await bank.BookPaymentAsync("acme", 1002, 100, default);
        _time.Advance(TimeSpan.FromHours(14.5));

        await AsTimeGoesByAsync(() => Query("SELECT SUM(payments) FROM end_of_day") == "1");
        AssertBalanced();
    }

    [Fact]
    public async Task Changes_never_go_back_in_time_when_the_clock_does()
    {
        await using (var bank = await StartAsync(rate: 0))
        {
            await bank.BookPaymentAsync("acme", 1002, 1, default);
        }

        var earlier = new FakeTimeProvider(Start.AddHours(-1));
        await using var again = await Bank.StartAsync(Options(0), NullLoggerFactory.Instance, earlier, default);
        await again.BookPaymentAsync("acme", 1002, 2, default);

        Assert.Equal("1", Query("SELECT (SELECT updated_at FROM payments WHERE id = 2) >= (SELECT updated_at FROM payments WHERE id = 1)"));
    }

    [Fact]
    public async Task Payment_to_an_account_of_another_tenant_is_refused()
    {
        await using var bank = await StartAsync(rate: 0);

        await Assert.ThrowsAsync<ArgumentException>(() => bank.BookPaymentAsync("acme", 2001, 1, default));
        Assert.Equal("0", Query("SELECT COUNT(*) FROM payments"));
    }

    [Fact]
    public async Task Deleted_bank_leaves_no_trace()
    {
        var bank = await StartAsync();
        await bank.DeleteAsync();

        Assert.False(Directory.Exists(_directory));
    }

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(_directory))
        {
            TestFolder.Delete(_directory);
        }

        return ValueTask.CompletedTask;
    }

    private void AssertBalanced() => Assert.Equal("0", Query(
        """
        SELECT COUNT(*) FROM balances JOIN accounts ON accounts.id = balances.account_id
        WHERE ABS(balance - opening_balance - (SELECT COALESCE(SUM(amount), 0) FROM payments WHERE payments.account_id = accounts.id)) > 0.001
        """));

    private async Task BookAsync(Bank bank, int payments)
    {
        await AsTimeGoesByAsync(() => int.Parse(Query("SELECT COUNT(*) FROM payments"), CultureInfo.InvariantCulture) >= payments);
        await bank.DisposeAsync();
    }

    private Task AsTimeGoesByAsync(Func<bool> condition) => Wait.UntilAsync("what the bank does as time goes by", () =>
    {
        if (condition())
        {
            return Task.FromResult(true);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(false);
    });

    private Task<Bank> StartAsync(double rate = 50) => Bank.StartAsync(Options(rate), NullLoggerFactory.Instance, _time, default);

    private DemoBankOptions Options(double rate) => new() { Directory = _directory, PaymentsPerSecond = rate };

    private string Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory}/bank.db;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}
