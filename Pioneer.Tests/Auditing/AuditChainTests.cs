using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Auditing;

/// <summary>The audit log hangs together entry by entry, under writers at once, and whatever is done to it afterwards is found.</summary>
public sealed class AuditChainTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    private static CancellationToken Token => DomainDatabase.Token;

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Chain_holds_over_all_that_many_write_at_once()
    {
        var acme = await TenantAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() => ReadAsync(acme, n), Token)));

        var verdict = await VerifyAsync();

        Assert.Equal((41L, 0L, null), (verdict.Chained, verdict.Unchained, verdict.Broken));
    }

    [Theory]
    [InlineData("UPDATE AuditEntries SET After = '[]' WHERE Sequence = 3", "Entry 3 ")]
    [InlineData("UPDATE AuditEntries SET ActorName = 'somebody else' WHERE Sequence = 1", "Entry 1 ")]
    [InlineData("UPDATE AuditEntries SET At = At + 1 WHERE Sequence = 5", "Entry 5 ")]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 4", "Entry 4 is missing")]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence >= 5", "missing")]
    [InlineData("UPDATE AuditEntries SET Hash = '0' WHERE Sequence = 2", "Entry 2 ")]
    [InlineData("UPDATE AuditEntries SET Sequence = -Sequence WHERE Sequence IN (3, 4); UPDATE AuditEntries SET Sequence = 7 + Sequence WHERE Sequence < 0", "Entry 3 ")]
    public async Task Entry_that_was_changed_exchanged_or_taken_out_is_found(string tampering, string said)
    {
        var acme = await TenantAsync();
        for (var n = 0; n < 6; n++)
        {
            await ReadAsync(acme, n);
        }

        await using (var db = _database.Open())
        {
            await db.Database.ExecuteSqlRawAsync(tampering, Token);
        }

        Assert.Contains(said, (await VerifyAsync()).Broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receiver_gets_each_entry_in_order_and_goes_on_where_it_confirmed()
    {
        var acme = await TenantAsync();
        for (var n = 0; n < 5; n++)
        {
            await ReadAsync(acme, n);
        }

        var feed = _database.Get<AuditFeed>();
        var first = await feed.NextAsync("file", 4, Token);
        Assert.Equal([1, 2, 3, 4], first.Select(entry => entry.Sequence));
        Assert.Equal(first, await feed.NextAsync("file", 4, Token));
        await feed.ConfirmAsync("file", 4, Token);

        Assert.Equal([5, 6], (await feed.NextAsync("file", 4, Token)).Select(entry => entry.Sequence));
        Assert.Equal(6, (await feed.NextAsync("webhook", 10, Token)).Count);
        Assert.All(first.Skip(1), entry => Assert.Equal("acme", entry.Tenant));
    }

    [Fact]
    public async Task Reading_records_is_written_once_an_hour_for_a_person_and_a_subscription()
    {
        await TenantAsync();
        var readings = _database.Get<RecordReadings>();
        for (var i = 0; i < 3; i++)
        {
            foreach (var (actor, name) in new[] { (Actors.Admin, "large"), (Actors.Operator, "large"), (Actors.Admin, "small") })
            {
                (await readings.BeginAsync(actor, "acme", name, TenantUseKind.Tails, Token)).Value.Dispose();
            }
        }

        Assert.Equal(3, await CountAsync("RecordsRead"));
        _database.Clock.Advance(SecurityTrail.OnceIn);
        (await readings.BeginAsync(Actors.Admin, "acme", "large", TenantUseKind.Streams, Token)).Value.Dispose();
        Assert.Equal(4, await CountAsync("RecordsRead"));
    }

    [Fact]
    public async Task Reading_that_could_not_be_written_gives_its_place_back_and_is_written_the_next_time()
    {
        var acme = await TenantAsync();
        var readings = _database.Get<RecordReadings>();
        await SqlAsync("ALTER TABLE AuditEntries RENAME TO Away");
        await Assert.ThrowsAnyAsync<Exception>(() => readings.BeginAsync(Actors.Admin, "acme", "large", TenantUseKind.Tails, Token));
        await SqlAsync("ALTER TABLE Away RENAME TO AuditEntries");
        Assert.Equal(0, await OpenTailsAsync());

        using var reading = (await readings.BeginAsync(Actors.Admin, "acme", "large", TenantUseKind.Tails, Token)).Value;

        Assert.Equal((1, 1), (await CountAsync("RecordsRead"), await OpenTailsAsync()));

        async Task<int> OpenTailsAsync()
        {
            await using var db = _database.Open();
            return (await _database.Get<TenantUse>().ListAsync(db, acme, Token)).Single(row => row.Kind == TenantUseKind.Tails).Used;
        }

        async Task SqlAsync(string sql)
        {
            await using var db = _database.Open();
            await db.Database.ExecuteSqlRawAsync(sql, Token);
        }
    }

    private async Task<Tenant> TenantAsync()
    {
        await _database.ATenantAsync();
        await using var db = _database.Open();
        return await db.Tenants.SingleAsync(Token);
    }

    private Task ReadAsync(Tenant tenant, int n) => _database.Get<SecurityTrail>().RecordsReadAsync(Actors.Admin, new AuditSubject("subscription", $"subscription-{n}", tenant.Id), "tails");

    private Task<AuditVerdict> VerifyAsync() => _database.Get<VerifyAudit>().ExecuteAsync(Token);

    private async Task<int> CountAsync(string action)
    {
        await using var db = _database.Open();
        return await db.AuditEntries.CountAsync(entry => entry.Action == action, Token);
    }
}
