using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>Which comparison with the source's table a certificate names.</summary>
public sealed class SeedTargetReaderTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "balances");
        await _database.ReconcileAsync();
        await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "all-balances", "SELECT * FROM BALANCES EMIT CHANGES;", null, DomainDatabase.Token);
        await using var db = _database.Open();
        await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SubscriptionState.Running), DomainDatabase.Token);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Last_whole_comparison_of_the_topic_with_the_feeds_own_table_is_taken_by_its_field_whatever_the_sentences_say()
    {
        const string Topic = "acme.t.balances";
        await ComparedAsync(Topic, "balances", "'balances' held 3 keys");
        await ComparedAsync(Topic, "old 'balances", "'old 'balances' held 4 keys");
        await ComparedAsync(Topic, null, "'balances' held 5 keys, of which not every one was compared");
        await ComparedAsync("acme.t.payments", "balances", "'balances' held 6 keys");
        await ComparedAsync(Topic, "balances", "'balances' held 7 keys", OperationStepState.Failed);
        var seeds = _database.Get<ManageSeedJobs>();
        var job = await seeds.DefineAsync(Actors.Admin, "acme", new SeedJobRequest("all", "all-balances", SeedLayer.Client), DomainDatabase.Token);
        _database.Clock.Advance(TimeSpan.FromMinutes(1));
        var run = (await seeds.RunAsync(Actors.Admin, "acme", job.Value, DomainDatabase.Token)).Value.Run;
        _database.Clock.Advance(TimeSpan.FromMinutes(1));
        await ComparedAsync(Topic, "balances", "'balances' held 8 keys, once the run had been asked for");

        var target = await new SeedTargetReader(_database.Get<IServiceScopeFactory>()).ReadAsync(run, DomainDatabase.Token);

        Assert.Equal("'balances' held 3 keys", target.Value.LastWithTable?.Outcome);
    }

    private async Task ComparedAsync(string topic, string? table, string found, OperationStepState state = OperationStepState.Succeeded)
    {
        _database.Clock.Advance(TimeSpan.FromMinutes(1));
        var now = _database.Clock.GetUtcNow();
        await using var db = _database.Open();
        var tenant = await db.Tenants.Select(row => row.Id).SingleAsync(DomainDatabase.Token);
        var operation = new Operation
        {
            Id = new OperationId(Guid.NewGuid()), Kind = OperationKind.RunBatch, TenantId = tenant, Subject = topic, RequestedAt = now, RequestedBy = "test",
        };
        operation.Steps.Add(new OperationStep
        {
            OperationId = operation.Id, TenantId = tenant, Ordinal = 1, Title = "Update rows", ResourceType = "rows", Resource = topic, IdempotencyKey = found.Length.ToString("x8", null),
            After = found, State = state, FinishedAt = now, ComparedTable = table,
        });
        db.Operations.Add(operation);
        await db.SaveChangesAsync(DomainDatabase.Token);
    }
}
