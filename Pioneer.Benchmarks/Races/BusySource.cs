using System.Text.Json;
using Pioneer.Tests.Sources;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Load on a source as pgbench makes it (updates of accounts and branches, in clients that go on without a pause), rows of a feed among it, while the
/// status is looked at twice a second. Nothing is wrong, so nothing may be said.
/// </summary>
internal sealed class BusySource(TruthStage stage, PostgresServer postgres)
{
    private const int Clients = 4, Accounts = 100_000, Branches = 4;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    /// <summary>What was said of anything, each sentence once.</summary>
    public async Task<IReadOnlyCollection<string>> AlarmsAsync(StagedTenant tenant, TimeSpan duration, CancellationToken ct)
    {
        await postgres.SqlAsync(
            $"""
            CREATE TABLE bench_accounts AS SELECT n AS aid, n % {Branches} AS bid, 0 AS balance FROM generate_series(1, {Accounts}) n;
            ALTER TABLE bench_accounts ADD PRIMARY KEY (aid);
            CREATE TABLE bench_branches AS SELECT n AS bid, 0::bigint AS balance FROM generate_series(0, {Branches - 1}) n;
            """);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LoadAsync(tenant, new Random(client), stop.Token)));
        var alarms = new SortedSet<string>(StringComparer.Ordinal);
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < duration && !load.IsCompleted)
        {
            alarms.UnionWith(Said(await stage.StatusAsync(ct)));
            await Task.Delay(Between, ct);
        }

        await stop.CancelAsync();
        var transactions = await load;
        var said = alarms.Count == 0 ? "nothing" : string.Join("; ", alarms);
        await Console.Error.WriteLineAsync($"  {transactions.Sum()} transactions, said: {said}");
        return alarms;
    }

    private async Task<int> LoadAsync(StagedTenant tenant, Random random, CancellationToken ct)
    {
        await using var connection = await postgres.ConnectAsync();
        for (var done = 0; ; done++)
        {
            if (ct.IsCancellationRequested)
            {
                return done;
            }

            await using var command = connection.CreateCommand();
            command.CommandText =
                $"""
                BEGIN;
                UPDATE bench_accounts SET balance = balance + 1 WHERE aid = {random.Next(1, Accounts + 1)};
                UPDATE bench_branches SET balance = balance + 1 WHERE bid = {random.Next(Branches)};
                INSERT INTO {tenant.Table} (tenant_id, amount) VALUES ('{(done % 10 == 0 ? tenant.Slug : "others")}', {done});
                COMMIT;
                """;
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static IEnumerable<string> Said(JsonElement status) =>
    [
        .. status.GetProperty("tenants").EnumerateArray().Concat(status.GetProperty("components").EnumerateArray())
            .Where(one => one.GetProperty("level").GetString() is not "Fine").Select(one => one.ToString()),
    ];
}
