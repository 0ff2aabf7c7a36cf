using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>A plan that destroys records is applied only by somebody who may, and who typed the name.</summary>
public sealed class ConfirmationTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        await _database.FeedsAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        var topic = _database.Platform.State.Topics.Single(item => item.Name == "acme.t.payments");
        var kept = System.Collections.Immutable.ImmutableSortedDictionary<string, string?>.Empty.Add("retention.ms", "-1");
        _database.Platform.Apply(new TopicConfigChange(topic.Name, kept, kept)); // by somebody's hand
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Difference_that_destroys_records_waits_for_a_confirmation_and_holds_up_nothing_else()
    {
        var plan = (await _database.Get<TenantPlanner>().PlanAsync(TenantSlug.Parse("acme"), DomainDatabase.Token)).Value;

        Assert.True(Assert.Single(plan.Changes).NeedsConfirmation);
        Assert.True(new ArrivedThings(TenantSlug.Parse("acme"), plan).All);
        Assert.False(plan.InSync);
        Assert.Empty(plan.With(PlanConsent.Asked).Changes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("globex")]
    public async Task Plan_is_not_applied_without_the_slug_typed(string? confirmation)
    {
        var refused = await ApplyAsync(Actors.Admin, confirmation);

        Assert.Equal("ConfirmationMissing", refused.Error?.Code);
        Assert.Contains("acme.t.payments", refused.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rest_of_a_plan_is_applied_without_a_confirmation_when_it_is_asked_to_take_nothing()
    {
        var operation = await _database.Get<RequestReconcile>().ForTenantAsync(Actors.Operator, "acme", null, takesNothing: true, DomainDatabase.Token);

        Assert.Null(operation.Error);
        await using var db = _database.Open();
        Assert.Null((await db.Operations.SingleAsync(row => row.Id == operation.Value, DomainDatabase.Token)).Target);
    }

    [Fact]
    public async Task Operator_may_apply_a_plan_but_not_one_that_destroys_records()
    {
        Assert.Equal(ErrorKind.Forbidden, (await ApplyAsync(Actors.Operator, "acme")).Error?.Kind);
        await _database.ReconcileAsync();
        Assert.True((await ApplyAsync(Actors.Operator, null)).IsSuccess);
    }

    [Fact]
    public async Task Confirmed_plan_is_handed_to_the_worker_as_confirmed_and_audited()
    {
        var operation = await ApplyAsync(Actors.Admin, "acme");

        await using var db = _database.Open();
        Assert.Equal(RequestReconcile.Confirmed, (await db.Operations.SingleAsync(row => row.Id == operation.Value, DomainDatabase.Token)).Target);
        Assert.Contains("MayTakeAway", (await db.AuditEntries.SingleAsync(row => row.OperationId == operation.Value, DomainDatabase.Token)).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Platform_that_cannot_be_read_takes_the_request_unconfirmed()
    {
        _database.Platform.Unreachable = new Error("KafkaUnavailable", "No broker answers.") { Kind = ErrorKind.Unavailable };

        var operation = await ApplyAsync(Actors.Admin, null);

        await using var db = _database.Open();
        Assert.Null((await db.Operations.SingleAsync(row => row.Id == operation.Value, DomainDatabase.Token)).Target);
    }

    private Task<Result<OperationId>> ApplyAsync(Actor actor, string? confirmation) =>
        _database.Get<RequestReconcile>().ForTenantAsync(actor, "acme", confirmation, DomainDatabase.Token);
}
