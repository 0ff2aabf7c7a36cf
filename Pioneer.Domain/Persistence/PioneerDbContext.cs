using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Delivery;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>
/// The portal's database, one model for SQLite and SQL Server. Every tenant-owned entity is filtered by the injected
/// <see cref="ITenantScope"/>; the filters stand here and nowhere else. Updates raise <see cref="IRevisioned.Revision"/>.
/// </summary>
public abstract class PioneerDbContext(DbContextOptions options, ITenantScope scope) : IdentityDbContext<PioneerUser, IdentityRole, string>(options)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<TenantMembership> Memberships => Set<TenantMembership>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<OneTimeLink> OneTimeLinks => Set<OneTimeLink>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<Source> Sources => Set<Source>();

    public DbSet<Feed> Feeds => Set<Feed>();

    public DbSet<Entitlement> Entitlements => Set<Entitlement>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    public DbSet<SubscriptionVersion> SubscriptionVersions => Set<SubscriptionVersion>();

    public DbSet<QueryDraft> QueryDrafts => Set<QueryDraft>();

    public DbSet<Credential> Credentials => Set<Credential>();

    public DbSet<TopicProtection> TopicProtection => Set<TopicProtection>();

    public DbSet<PlatformSecret> Secrets => Set<PlatformSecret>();

    public DbSet<SeedJob> SeedJobs => Set<SeedJob>();

    public DbSet<SeedRun> SeedRuns => Set<SeedRun>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<OperationStep> OperationSteps => Set<OperationStep>();

    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    public DbSet<PlaybookRun> PlaybookRuns => Set<PlaybookRun>();

    public DbSet<PlaybookStep> PlaybookSteps => Set<PlaybookStep>();

    public DbSet<Incident> Incidents => Set<Incident>();

    public DbSet<IncidentTenant> IncidentTenants => Set<IncidentTenant>();

    public DbSet<EvidenceSample> Evidence => Set<EvidenceSample>();

    public DbSet<IsolationRecord> IsolationRecords => Set<IsolationRecord>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();

    public DbSet<AuditExportPosition> AuditExportPositions => Set<AuditExportPosition>();

    private bool SeesAll => scope.Current.IsAll;

    private IReadOnlyList<TenantId> Visible => [.. scope.Current.Tenants];

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RaiseRevisions();
        return NewAuditEntries().Length == 0
            ? base.SaveChanges(acceptAllChangesOnSuccess)
            : throw new NotSupportedException("Audit entries are saved asynchronously: they are chained.");
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RaiseRevisions();
        var entries = NewAuditEntries();
        if (entries.Length == 0)
        {
            return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        return Database.CurrentTransaction is not null
            ? SaveChainedAsync(entries, acceptAllChangesOnSuccess, cancellationToken)
            : Database.CreateExecutionStrategy().ExecuteAsync(
                async ct =>
                {
                    await using var transaction = await Database.BeginTransactionAsync(ct);
                    var saved = await SaveChainedAsync(entries, acceptAllChangesOnSuccess, ct);
                    await transaction.CommitAsync(ct);
                    return saved;
                },
                cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => ValueMapping.Apply(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PioneerDbContext).Assembly);
        foreach (var type in builder.Model.GetEntityTypes().Where(type => typeof(IRevisioned).IsAssignableFrom(type.ClrType)))
        {
            builder.Entity(type.ClrType).Property(nameof(IRevisioned.Revision)).IsConcurrencyToken();
        }

        FilterByTenant(builder);
    }

    private void FilterByTenant(ModelBuilder builder)
    {
        builder.Entity<Tenant>().HasQueryFilter(row => SeesAll || Visible.Contains(row.Id));
        builder.Entity<TenantMembership>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<OneTimeLink>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<Entitlement>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<Subscription>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<SubscriptionVersion>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<QueryDraft>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<Credential>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<SeedJob>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<SeedRun>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<IncidentTenant>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<IncidentEvent>().HasQueryFilter(
            row => SeesAll || row.IsShared || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<Operation>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<OperationStep>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<AuditEntry>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<IsolationRecord>().HasQueryFilter(row => SeesAll || Visible.Contains(row.TenantId));
        builder.Entity<EvidenceSample>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
        builder.Entity<PlatformSecret>().HasQueryFilter(row => SeesAll || (row.TenantId != null && Visible.Contains(row.TenantId.Value)));
    }

    private AuditEntry[] NewAuditEntries() =>
        [.. ChangeTracker.Entries<AuditEntry>().Where(entry => entry.State is EntityState.Added).Select(entry => entry.Entity)];

    /// <summary>
    /// Whoever appends to the chain holds its end until the commit, so that no two entries follow the same one. The update takes the lock before
    /// anything is read; on SQLite the transaction has it already.
    /// </summary>
    private async Task<int> SaveChainedAsync(AuditEntry[] entries, bool acceptAllChangesOnSuccess, CancellationToken cancellationToken)
    {
        await AuditHeads.Where(row => row.Id == AuditHead.Only).ExecuteUpdateAsync(set => set.SetProperty(row => row.Sequence, row => row.Sequence), cancellationToken);
        var head = await AuditHeads.AsNoTracking().SingleAsync(cancellationToken);
        foreach (var entry in entries)
        {
            AuditChain.Append(head, entry);
        }

        await AuditHeads.Where(row => row.Id == AuditHead.Only).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Sequence, head.Sequence).SetProperty(row => row.Hash, head.Hash), cancellationToken);
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private void RaiseRevisions()
    {
        foreach (var entry in ChangeTracker.Entries<IRevisioned>().Where(entry => entry.State is EntityState.Modified && IsWanted(entry)))
        {
            entry.Entity.Revision++;
        }
    }

    private static bool IsWanted(EntityEntry entry) => entry.Properties.Any(IsWanted) || entry.ComplexProperties.Any(property => property.IsModified);

    private static bool IsWanted(PropertyEntry property) =>
        property.IsModified && property.Metadata.PropertyInfo?.IsDefined(typeof(ObservedAttribute), inherit: false) is not true;
}

/// <summary>The model on SQLite, with its own migrations.</summary>
public sealed class SqlitePioneerDbContext(DbContextOptions<SqlitePioneerDbContext> options, ITenantScope scope) : PioneerDbContext(options, scope);

/// <summary>The model on SQL Server, with its own migrations.</summary>
public sealed class SqlServerPioneerDbContext(DbContextOptions<SqlServerPioneerDbContext> options, ITenantScope scope)
    : PioneerDbContext(options, scope);
