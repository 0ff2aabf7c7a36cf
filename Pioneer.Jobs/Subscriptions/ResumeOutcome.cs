using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Recovery;

namespace Pioneer.Jobs.Subscriptions;

/// <summary>
/// Writes into the journal of a resume what waited for the reader and what was lost while it stood: the dialog that told it is closed by then, and
/// once the query runs its position tells no more where it stood. So it is noted before anything is touched, and again by each attempt until one has
/// begun: while ksqlDB is away retention goes on.
/// </summary>
public sealed class ResumeOutcome(
    IDbContextFactory<PioneerDbContext> database, TenantFlowReader flows, PlatformPicture picture, TimeProvider time)
{
    /// <summary>Notes it; nothing for operations that resume no subscription.</summary>
    public async Task NoteAsync(OperationRun run, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        if (!SubscriptionId.TryParse(run.Target, null, out var id)
            || !await db.AuditEntries.AnyAsync(entry => entry.OperationId == run.Id && entry.Action == "SubscriptionResumed", ct)
            || await db.OperationSteps.AnyAsync(step => step.OperationId == run.Id && step.ResourceType != ResumedReader.Type, ct))
        {
            return;
        }

        var name = await db.Subscriptions.Where(row => row.Id == id).Select(row => row.Name).SingleOrDefaultAsync(ct);
        var tenant = run.TenantId is { } own ? await flows.FindAsync(own, ct) : null;
        if (tenant?.Flow.Readers.FirstOrDefault(reader => reader.Subscription == name) is not { } hop)
        {
            return;
        }

        var now = time.GetUtcNow();
        var outlook = ReaderOutlook.Of(tenant.Slug.Value, hop, picture.LastGood, now);
        var found = $"{outlook.IfItGoesOn} Looked at {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.";
        var noted = db.OperationSteps.Where(step => step.OperationId == run.Id);
        if (await noted.ExecuteUpdateAsync(set => set.SetProperty(step => step.After, found).SetProperty(step => step.FinishedAt, now), ct) > 0)
        {
            return;
        }

        var steps = await run.JournalAsync([new ResumedReader(hop.Topic, hop.Reader, found)], run.TenantId, ct);
        await run.StartedAsync(steps, ct);
        await run.FinishedAsync([(steps[0], OperationStepState.Succeeded, null)], ct);
    }
}
