using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;

namespace Pioneer.Domain.Auditing;

/// <summary>What came of looking through the chain. <paramref name="Broken"/> is the first thing that is wrong; null when the chain holds.</summary>
/// <param name="Chained">Entries that hang together from the first on.</param>
/// <param name="Unchained">Entries of releases that had no chain: nothing can be said of them.</param>
/// <param name="Hash">The last good hash, to compare with what was exported.</param>
public sealed record AuditVerdict(long Chained, long Unchained, string Hash, string? Broken);

/// <summary>Looks through the whole chain, entry by entry.</summary>
public sealed class VerifyAudit(IDbContextFactory<PioneerDbContext> contexts)
{
    private const int BatchSize = 2000;

    /// <summary>Reads all entries; needs a scope that sees all tenants.</summary>
    public async Task<AuditVerdict> ExecuteAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var unchained = await db.AuditEntries.LongCountAsync(entry => entry.Sequence == null, cancellationToken);
        var (sequence, hash) = (0L, AuditChain.Beginning);
        while (true)
        {
            var after = sequence;
            var batch = await db.AuditEntries.AsNoTracking().Where(entry => entry.Sequence > after).OrderBy(entry => entry.Sequence).Take(BatchSize)
                .ToListAsync(cancellationToken);
            foreach (var entry in batch)
            {
                if (entry.Sequence != sequence + 1)
                {
                    return new(sequence, unchained, hash, $"Entry {sequence + 1} is missing: entry {entry.Sequence} comes after {sequence}.");
                }

                var expected = AuditChain.HashOf(hash, entry);
                if (entry.Hash != expected)
                {
                    return new(sequence, unchained, hash, $"Entry {entry.Sequence} ({entry.Action} of {entry.At:u}) was changed, or one before it was exchanged.");
                }

                (sequence, hash) = (entry.Sequence.Value, expected);
            }

            if (batch.Count < BatchSize)
            {
                break;
            }
        }

        var head = await db.AuditHeads.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        var cut = head is not null && head.Sequence > sequence ? $"The last {head.Sequence - sequence} entries are missing." : null;
        return new(sequence, unchained, hash, cut);
    }
}
