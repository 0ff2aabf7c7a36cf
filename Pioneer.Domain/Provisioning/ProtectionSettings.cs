using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Keeps <see cref="TopicProtection"/>: taken at the first look at the cluster, raised when it grows, set by platform admins.</summary>
public sealed class ProtectionSettings(
    IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, IOptions<ProvisioningOptions> options)
{
    /// <summary>What has to be typed to lower one of the two numbers.</summary>
    public const string LoweringConfirmation = "lower protection";

    private const short MostReplicas = 16;

    private static readonly AuditSubject Subject = new("setting", "protection", null);

    private static readonly Error NotObserved = new(
        "ProtectionNotObserved", "The cluster has not been looked at yet, so nothing is known of its brokers.", "Look at a tenant's plan, or wait for the next drift scan.")
    { Kind = ErrorKind.NotFound };

    /// <summary>The setting for whoever may see the platform; 'not found' before the first look at the cluster.</summary>
    public async Task<Result<TopicProtection>> GetAsync(Actor actor, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.View);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.TopicProtection.AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } row ? row : NotObserved;
    }

    /// <summary>
    /// What topics are to be made with, in the light of what was just seen of the cluster. The number of brokers that happen to be up never lowers
    /// it, and never counts where the cluster tells which brokers it has.
    /// </summary>
    public async Task<WantedProtection> WantedAsync(ObservedState observed, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var row = await db.TopicProtection.SingleOrDefaultAsync(cancellationToken);
            var current = row ?? First(observed);
            var before = row is null ? null : Shown(row);
            Raise(current, observed);
            if (row is null)
            {
                db.TopicProtection.Add(current);
            }

            if (!db.ChangeTracker.HasChanges())
            {
                return current.Wanted;
            }

            if (row is null || Shown(current) != before)
            {
                work.Audit(db, Actor.System, "ProtectionObserved", Subject, before, Shown(current));
            }

            var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
            if (saved.IsSuccess || attempt > 1)
            {
                return current.Wanted;
            }
        }
    }

    /// <summary>
    /// Sets both numbers. Lowering one takes <see cref="LoweringConfirmation"/>; topics that are there keep their replicas, and what would be weaker
    /// on them waits in each tenant's plan for a confirmation of its own.
    /// </summary>
    public async Task<Result<TopicProtection>> SetAsync(
        Actor actor, WantedProtection wanted, string? confirmation, long? revision, CancellationToken cancellationToken)
    {
        var allowed = TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.TopicProtection.SingleOrDefaultAsync(cancellationToken) is not { } row)
        {
            return NotObserved;
        }

        if ((Check(wanted, row.MostBrokersSeen) ?? Unconfirmed(row.Wanted, wanted, confirmation)) is { } wrong)
        {
            return wrong;
        }

        WorkRecorder.Expect(db, row, revision);
        var before = Shown(row);
        (row.ReplicationFactor, row.MinInSyncReplicas, row.Origin) = (wanted.ReplicationFactor, wanted.MinInSyncReplicas, ProtectionOrigin.Person);
        (row.ChangedAt, row.ChangedBy) = (work.Now, actor.Name);
        work.Audit(db, actor, "ProtectionSet", Subject, before, Shown(row));
        var saved = await WorkRecorder.SaveAsync(db, cancellationToken);
        return saved.IsFailure ? saved.Error : row;
    }

    private static Error? Check(WantedProtection wanted, int brokers)
    {
        if (wanted.ReplicationFactor is < 1 or > MostReplicas)
        {
            return Error.Invalid("ReplicationOutOfRange", "replicationFactor", $"A topic is kept on 1 to {MostReplicas} brokers, not on {wanted.ReplicationFactor}.");
        }

        if (wanted.ReplicationFactor > brokers)
        {
            return Error.Invalid(
                "TooFewBrokers", "replicationFactor",
                $"The cluster has {Plural.Of(brokers, "broker")}, so no topic can be kept on {wanted.ReplicationFactor}.", "Add brokers first.");
        }

        return wanted.MinInSyncReplicas < 1 || wanted.MinInSyncReplicas > wanted.ReplicationFactor
            ? Error.Invalid(
                "MinInSyncOutOfRange", "minInSyncReplicas",
                $"Of {Plural.Of(wanted.ReplicationFactor, "replica")}, 1 to {wanted.ReplicationFactor} can be asked for before a write counts, not {wanted.MinInSyncReplicas}.")
            : null;
    }

    private static Error? Unconfirmed(WantedProtection current, WantedProtection wanted, string? confirmation) =>
        (wanted.ReplicationFactor < current.ReplicationFactor || wanted.MinInSyncReplicas < current.MinInSyncReplicas) && confirmation != LoweringConfirmation
            ? Error.Invalid(
                "ConfirmationMissing", "confirmation", "Records would be protected less well than today.", $"Type '{LoweringConfirmation}' to confirm.")
            : null;

    private TopicProtection First(ObservedState observed)
    {
        var configured = options.Value.ReplicationFactor;
        var wanted = WantedProtection.For(configured ?? Default(Most(observed)));
        return new TopicProtection
        {
            ReplicationFactor = wanted.ReplicationFactor,
            MinInSyncReplicas = wanted.MinInSyncReplicas,
            MostBrokersSeen = Most(observed),
            Origin = configured is null ? ProtectionOrigin.Observed : ProtectionOrigin.Configured,
            ChangedAt = work.Now,
            ChangedBy = Actor.System.Name,
        };
    }

    private void Raise(TopicProtection row, ObservedState observed)
    {
        row.MostBrokersSeen = Math.Max(row.MostBrokersSeen, Most(observed));
        var wanted = WantedProtection.For(Default(row.MostBrokersSeen));
        if (row.Origin is ProtectionOrigin.Observed && wanted.ReplicationFactor > row.ReplicationFactor)
        {
            (row.ReplicationFactor, row.MinInSyncReplicas) = (wanted.ReplicationFactor, Math.Max(row.MinInSyncReplicas, wanted.MinInSyncReplicas));
            row.ChangedAt = work.Now;
        }
    }

    // A topic with three replicas is proof of three brokers, however many answer now.
    private static int Most(ObservedState observed) =>
        Math.Max(observed.Brokers.Count, observed.Topics.Select(topic => (int)topic.ReplicationFactor).DefaultIfEmpty().Max());

    private static short Default(int brokers) => (short)Math.Clamp(brokers, 1, TopicProtection.MaxDefaultReplicas);

    private static Figures Shown(TopicProtection row) => new(row.ReplicationFactor, row.MinInSyncReplicas);

    private sealed record Figures(short ReplicationFactor, short MinInSyncReplicas);
}
