using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Subscriptions;

/// <summary>What the operation of a resume keeps of what was lost while the subscription was paused.</summary>
public sealed class ResumeOutcomeTests : IAsyncLifetime
{
    private const string Topic = "acme.t.payments", Group = "_confluent-ksql-acme_query_ACME__SMALL_V1";

    private readonly DomainDatabase _database = new();
    private readonly PlatformPicture _picture = new();

    private static CancellationToken Ct => DomainDatabase.Token;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.FeedsAsync();
        await _database.ATenantAsync();
        await _database.GrantAsync("acme", "payments");
        await _database.ReconcileAsync();
        Assert.Null((await _database.Get<DeploySubscription>().CreateAsync(
            Actors.Admin, "acme", "small", "SELECT * FROM PAYMENTS WHERE AMOUNT < 10 EMIT CHANGES;", null, Ct)).Error);
        await using var db = _database.Open();
        await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SubscriptionState.Running), Ct);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Resume_says_in_its_own_operation_what_was_lost_until_it_began_whatever_a_later_attempt_sees()
    {
        var (_, resume) = await PauseAndResumeAsync();
        Show(earliest: 2, committed: 2);
        await NoteAsync(resume);
        Assert.DoesNotContain("deleted", Assert.Single(await StepsAsync(resume)).After, StringComparison.Ordinal);

        // ksqlDB was away: nothing has begun, and retention went on
        Show(earliest: 5, committed: 2);
        await NoteAsync(resume);
        await BeginAsync(resume);
        // the query runs by now, and has moved
        Show(earliest: 5, committed: 7);
        await NoteAsync(resume);

        var step = Assert.Single(await StepsAsync(resume), step => step.ResourceType == "records");
        Assert.Equal((Topic, OperationStepState.Succeeded), (step.Resource, step.State));
        Assert.StartsWith("Retention deleted 3 records", step.After, StringComparison.Ordinal);
        Assert.Matches(@" Looked at [\d-]{10} [\d:]{8} UTC\.$", step.After);
    }

    [Fact]
    public async Task Resume_that_nobody_looked_before_promises_nothing()
    {
        var (_, resume) = await PauseAndResumeAsync();

        await NoteAsync(resume);

        Assert.StartsWith("Whether anything was lost is not observed", Assert.Single(await StepsAsync(resume)).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_notes_nothing()
    {
        var (pause, _) = await PauseAndResumeAsync();

        await NoteAsync(pause);

        Assert.Empty(await StepsAsync(pause));
    }

    private async Task<(OperationId Pause, OperationId Resume)> PauseAndResumeAsync()
    {
        var control = _database.Get<ControlSubscriptions>();
        return ((await control.PauseAsync(Actors.Admin, "acme", "small", Ct)).Value, (await control.ResumeAsync(Actors.Admin, "acme", "small", Ct)).Value);
    }

    private async Task NoteAsync(OperationId id)
    {
        var contexts = _database.Get<IDbContextFactory<PioneerDbContext>>();
        await using var db = _database.Open();
        await db.Operations.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, OperationState.Running), Ct);
        using var run = new OperationRun(contexts, new OperationEvents(), _database.Clock, await db.Operations.AsNoTracking().SingleAsync(row => row.Id == id, Ct));
        var flows = new TenantFlowReader(_database.Get<IServiceScopeFactory>());
        await new ResumeOutcome(contexts, flows, _picture, _database.Clock).NoteAsync(run, Ct);
    }

    /// <summary>As when the reconciler has planned what it is to do.</summary>
    private async Task BeginAsync(OperationId id)
    {
        await using var db = _database.Open();
        db.OperationSteps.Add(new OperationStep
        {
            OperationId = id, Ordinal = 2, Title = "Resume", Kind = ChangeKind.Update, ResourceType = "ksql-query", Resource = Group, IdempotencyKey = "resume",
        });
        await db.SaveChangesAsync(Ct);
    }

    private async Task<List<OperationStep>> StepsAsync(OperationId id)
    {
        await using var db = _database.Open();
        return await db.OperationSteps.AsNoTracking().Where(step => step.OperationId == id).ToListAsync(Ct);
    }

    private void Show(long earliest, long committed)
    {
        var topic = new TopicEvidence(Topic, "id", 604_800_000, [new PartitionEvidence(0, earliest, 7, 7)]);
        var group = new GroupEvidence(Group, [new CommittedEvidence(Topic, 0, committed, null)]);
        _picture.Show(new EvidenceRound(_database.Clock.GetUtcNow(), new ClusterEvidence("a", 1, [topic], [group]), [], []));
    }
}
