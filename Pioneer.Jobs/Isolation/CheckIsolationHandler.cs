using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Isolation;

/// <summary>
/// Checks the isolation of one tenant or of all active ones, one after the other and those of the oldest records first, and keeps a record of each. Asked to cancel, it ends before the next
/// tenant. A check that a crash cut off begins anew; what it left on the brokers is taken away first.
/// </summary>
public sealed partial class CheckIsolationHandler(
    AttackGroundReader reader, IsolationAttack attack, IsolationIncidents incidents, StandIns standIns, KafkaClients clients, IDbContextFactory<PioneerDbContext> database,
    IOptions<IsolationOptions> options, TimeProvider time, ILogger<CheckIsolationHandler> logger) : IOperationHandler
{
    // one at a time, so that checks do not load the brokers together
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <inheritdoc/>
    public IReadOnlyCollection<OperationKind> Kinds { get; } = [OperationKind.CheckIsolation];

    /// <inheritdoc/>
    public async Task<Result> RunAsync(OperationRun run, CancellationToken ct)
    {
        // a check that waited here would hold a worker that others need
        if (!await Turn.WaitAsync(TimeSpan.Zero, ct))
        {
            return new Error("IsolationCheckBusy", "Another check of isolation runs.", "It is tried again by itself.") { Kind = ErrorKind.Unavailable };
        }

        try
        {
            return await CheckAsync(run, ct);
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task<Result> CheckAsync(OperationRun run, CancellationToken ct)
    {
        await TidyAsync(run.Id, ct);
        var ground = await reader.ReadAsync(ct);
        var tenants = await ActiveAsync(run.TenantId, ct);
        var (done, broken, failed) = (0, 0, 0);
        var started = time.GetTimestamp();
        foreach (var tenant in ground.Tenants.Where(tenant => tenants.ContainsKey(tenant.Id)).OrderBy(tenant => tenants[tenant.Id]))
        {
            if (time.GetElapsedTime(started).TotalMinutes > options.Value.MaxMinutes)
            {
                // whom this run did not reach comes first in the next; the age of their records shows it
                break;
            }

            await run.ProgressAsync(done++, tenants.Count, ct);
            var began = time.GetUtcNow();
            IsolationRecord record;
            try
            {
                record = await attack.RunAsync(ground, tenant, run.Id, ct);
            }
            catch (Exception bug) when (bug is not (OperationFencedException or OperationCancelledException) && !ct.IsCancellationRequested)
            {
                // kept, so that the others are checked and the tenant is not the first again that ends a check
                Log.Broke(logger, bug, tenant.Slug.Value, run.Id);
                record = attack.Failed(tenant, began, run.Id);
                failed++;
            }

            await KeepAsync(record, ct);
            await incidents.NoteAsync(tenant, ground, record, ct);
            broken += record.Broken;
        }

        return (broken, failed) switch
        {
            (0, 0) => Result.Success,
            (0, _) => new Error("IsolationNotObserved", $"The check of {Plural.Of(failed, "tenant")} ended by an unexpected error; the others were checked.",
                $"Look for operation {run.Id} in the log, then check again."),
            _ => new Error("IsolationBroken", $"{Plural.Of(broken, "attempt")} succeeded that must be refused. An incident says what and by which rule.",
                "Look at the tenant's Isolation tab, take the right away, and check again."),
        };
    }

    private async Task TidyAsync(OperationId check, CancellationToken ct)
    {
        if (!clients.Options.UsesSasl)
        {
            return;
        }

        try
        {
            await standIns.RemoveLeftAsync(check, ct);
        }
        catch (IOException)
        {
            // the record says that the brokers do not answer
        }
    }

    /// <summary>Who is to be checked, with the number of the newest record; 0 for whoever has none.</summary>
    private async Task<Dictionary<TenantId, long>> ActiveAsync(TenantId? only, CancellationToken ct)
    {
        await using var db = await database.CreateDbContextAsync(ct);
        var newest = await db.IsolationRecords.GroupBy(row => row.TenantId).Select(rows => new { rows.Key, Id = rows.Max(row => row.Id) }).ToDictionaryAsync(row => row.Key, row => row.Id, ct);
        var active = await db.Tenants.Where(row => row.State == TenantState.Active && (only == null || row.Id == only)).Select(row => row.Id).ToListAsync(ct);
        return active.ToDictionary(id => id, id => newest.GetValueOrDefault(id));
    }

    private async Task KeepAsync(IsolationRecord record, CancellationToken ct)
    {
        var oldest = time.GetUtcNow() - TimeSpan.FromDays(options.Value.KeepDays);
        await using var db = await database.CreateDbContextAsync(ct);
        db.IsolationRecords.Add(record);
        await db.SaveChangesAsync(ct);
        await db.IsolationRecords.Where(row => row.TenantId == record.TenantId && row.Id != record.Id && row.StartedAt < oldest).ExecuteDeleteAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6122, Level = LogLevel.Error, Message = "The check of the isolation of {Tenant} in operation {Operation} ended by an unexpected error; the others go on")]
        public static partial void Broke(ILogger logger, Exception bug, string tenant, OperationId operation);
    }
}
