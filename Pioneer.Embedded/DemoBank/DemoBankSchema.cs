using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pioneer.Embedded.Bank;

/// <summary>
/// Tables of the bank and what they hold on the first day. Times are epoch milliseconds in columns declared TIMESTAMP: the form in which
/// the JDBC driver for SQLite reads and compares timestamps, so that the real connector can poll this file too.
/// </summary>
internal static class DemoBankSchema
{
    private const string Tables = """
        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, holder TEXT NOT NULL, iban TEXT NOT NULL UNIQUE, currency TEXT NOT NULL,
            opening_balance DECIMAL(18,2) NOT NULL, opened_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL);
        CREATE TABLE balances (
            account_id INTEGER PRIMARY KEY REFERENCES accounts(id), tenant_id TEXT NOT NULL, balance DECIMAL(18,2) NOT NULL,
            currency TEXT NOT NULL, updated_at TIMESTAMP NOT NULL);
        CREATE TABLE payments (
            id INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, account_id INTEGER NOT NULL REFERENCES accounts(id),
            counterparty TEXT NOT NULL, amount DECIMAL(18,2) NOT NULL, currency TEXT NOT NULL,
            booked_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL);
        CREATE INDEX payments_by_change ON payments (tenant_id, updated_at, id);
        CREATE TABLE fx_rates (currency TEXT PRIMARY KEY, rate DECIMAL(18,6) NOT NULL, updated_at TIMESTAMP NOT NULL);
        CREATE TABLE end_of_day (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run_at TIMESTAMP NOT NULL, last_payment_id INTEGER NOT NULL,
            payments INTEGER NOT NULL, accounts INTEGER NOT NULL);
        """;

    private static readonly string[] FirstNames =
        ["Mary", "Ahmed", "Sofia", "Wei", "Fatima", "Lars", "Priya", "Diego", "Hanna", "Kofi", "Elena", "Tomas", "Aiko", "Noah", "Zoe", "Ivan"];

    private static readonly string[] LastNames =
        ["Baker", "Haddad", "Moretti", "Chen", "Okafor", "Nilsson", "Sharma", "Alvarez", "Weber", "Mensah", "Petrova", "Novak", "Sato"];

    private static readonly string[] Currencies = ["EUR", "USD", "GBP"];

    private static readonly TimeSpan JohnsSilence = TimeSpan.FromDays(420);

    public static bool Exists(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'payments'";
        return (long)command.ExecuteScalar()! > 0;
    }

    /// <summary>Creates tables and first rows in one transaction: a killed first start leaves an empty file, not half a bank.</summary>
    public static void Create(SqliteConnection connection, DemoBankOptions options, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, Tables);
        var random = new Random(options.Seed);
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        for (var tenant = 0; tenant < options.Tenants.Count; tenant++)
        {
            for (var number = 1; number <= options.AccountsPerTenant; number++)
            {
                var id = AccountId(tenant, number);
                var john = id == DemoBank.JohnsAccount;
                var holder = john ? "John Miller" : Pick(random, FirstNames) + " " + Pick(random, LastNames);
                var currency = Currencies[random.Next(Currencies.Length)];
                var opening = Math.Round((decimal)random.Next(10_000, 5_000_000) / 100, 2);
                var touched = john ? today - JohnsSilence : today.AddMinutes(-random.Next(60, 1_440));
                InsertAccount(connection, options.Tenants[tenant], id, holder, currency, opening, touched);
            }
        }

        foreach (var (currency, rate) in new[] { ("USD", 1.082m), ("GBP", 0.845m), ("CHF", 0.955m), ("JPY", 163.2m) })
        {
            Execute(connection, "INSERT INTO fx_rates VALUES ($a, $b, $c)", currency, (double)rate, today.ToUnixTimeMilliseconds());
        }

        Execute(connection, "INSERT INTO end_of_day (run_at, last_payment_id, payments, accounts) VALUES ($a, 0, 0, 0)",
            today.ToUnixTimeMilliseconds());
        transaction.Commit();
    }

    /// <summary>Accounts of the first tenant are 1001, 1002, …, of the second 2001, …</summary>
    public static int AccountId(int tenant, int number) => ((tenant + 1) * 1_000) + number;

    public static int Execute(SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < values.Length; at++)
        {
            command.Parameters.AddWithValue("$" + (char)('a' + at), values[at]);
        }

        return command.ExecuteNonQuery();
    }

    private static void InsertAccount(
        SqliteConnection connection, string tenant, int id, string holder, string currency, decimal opening, DateTimeOffset touched)
    {
        var at = touched.ToUnixTimeMilliseconds();
        Execute(
            connection,
            "INSERT INTO accounts VALUES ($a, $b, $c, $d, $e, $f, $g, $h)",
            id, tenant, holder, Iban(id), currency, (double)opening, touched.AddDays(-900).ToUnixTimeMilliseconds(), at);
        Execute(connection, "INSERT INTO balances VALUES ($a, $b, $c, $d, $e)", id, tenant, (double)opening, currency, at);
    }

    /// <summary>A German IBAN with right check digits of an account at a bank that does not exist.</summary>
    private static string Iban(int id)
    {
        var account = "99990000" + id.ToString("D10", CultureInfo.InvariantCulture);
        var remainder = 0;
        foreach (var digit in account + "131400")
        {
            remainder = ((remainder * 10) + (digit - '0')) % 97;
        }

        return $"DE{98 - remainder:D2}{account}";
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
