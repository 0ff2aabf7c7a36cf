// Over 250 lines of mapping read best in one place: the whole schema at a glance.
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
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

/// <summary>Keys, lengths, indexes and relations of every table.</summary>
internal sealed class EntityMapping :
    IEntityTypeConfiguration<Tenant>,
    IEntityTypeConfiguration<PioneerUser>,
    IEntityTypeConfiguration<IdentityUserPasskey<string>>,
    IEntityTypeConfiguration<TenantMembership>,
    IEntityTypeConfiguration<ApiToken>,
    IEntityTypeConfiguration<OneTimeLink>,
    IEntityTypeConfiguration<Session>,
    IEntityTypeConfiguration<Source>,
    IEntityTypeConfiguration<Feed>,
    IEntityTypeConfiguration<Entitlement>,
    IEntityTypeConfiguration<Subscription>,
    IEntityTypeConfiguration<SubscriptionVersion>,
    IEntityTypeConfiguration<QueryDraft>,
    IEntityTypeConfiguration<Credential>,
    IEntityTypeConfiguration<TopicProtection>,
    IEntityTypeConfiguration<PlatformSecret>,
    IEntityTypeConfiguration<SeedJob>,
    IEntityTypeConfiguration<SeedRun>,
    IEntityTypeConfiguration<Operation>,
    IEntityTypeConfiguration<OperationStep>,
    IEntityTypeConfiguration<IdempotentRequest>,
    IEntityTypeConfiguration<PlaybookRun>,
    IEntityTypeConfiguration<PlaybookStep>,
    IEntityTypeConfiguration<Incident>,
    IEntityTypeConfiguration<IncidentTenant>,
    IEntityTypeConfiguration<IncidentEvent>,
    IEntityTypeConfiguration<EvidenceSample>,
    IEntityTypeConfiguration<IsolationRecord>,
    IEntityTypeConfiguration<AuditEntry>,
    IEntityTypeConfiguration<AuditHead>,
    IEntityTypeConfiguration<AuditExportPosition>
{
    private const int Name = TextLimits.Name;
    private const int Long = TextLimits.LongName;

    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.HasIndex(row => row.Slug).IsUnique();
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.KsqlUrl).HasMaxLength(Long);
        builder.Property(row => row.CreatedBy).HasMaxLength(Name);
        builder.HasIndex(row => row.State);
        builder.ComplexProperty(row => row.Limits);
    }

    public void Configure(EntityTypeBuilder<PioneerUser> builder) => builder.Property(row => row.DisplayName).HasMaxLength(Name);

    // as Identity's own schema with passkeys has it, which it takes from services that contexts of ours do not have
    public void Configure(EntityTypeBuilder<IdentityUserPasskey<string>> builder)
    {
        const int maxCredentialIdBytes = 1024;
        builder.ToTable("AspNetUserPasskeys");
        builder.HasKey(row => row.CredentialId);
        builder.Property(row => row.CredentialId).HasMaxLength(maxCredentialIdBytes);
        builder.HasOne<PioneerUser>().WithMany().HasForeignKey(row => row.UserId);
        builder.OwnsOne(row => row.Data).ToJson();
    }

    public void Configure(EntityTypeBuilder<TenantMembership> builder)
    {
        builder.HasKey(row => new { row.UserId, row.TenantId });
        builder.HasOne<PioneerUser>().WithMany().HasForeignKey(row => row.UserId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.GrantedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Hash).HasMaxLength(64).IsUnicode(false);
        builder.Property(row => row.Prefix).HasMaxLength(16).IsUnicode(false);
        builder.Property(row => row.CreatedBy).HasMaxLength(Name);
        builder.Property(row => row.IssuedById).HasMaxLength(Name);
        builder.Property(row => row.RenewedBy).HasMaxLength(Name);
        builder.HasIndex(row => row.Hash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<OneTimeLink> builder)
    {
        builder.Property(row => row.Hash).HasMaxLength(64).IsUnicode(false);
        builder.HasIndex(row => row.Hash).IsUnique();
        builder.HasIndex(row => new { row.TenantId, row.Email });
        builder.Property(row => row.UsedAt).IsConcurrencyToken();
        builder.Property(row => row.Email).HasMaxLength(Name);
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.UserId).HasMaxLength(Name);
        builder.Property(row => row.IssuedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.HasIndex(row => new { row.UserId, row.EndedAt });
        builder.HasIndex(row => row.EndsAt);
        builder.Property(row => row.UserId).HasMaxLength(Name);
        builder.Property(row => row.Person).HasMaxLength(Name);
        builder.Property(row => row.Device).HasMaxLength(Name);
        builder.Property(row => row.Address).HasMaxLength(64);
        builder.Property(row => row.Method).HasMaxLength(32);
    }

    public void Configure(EntityTypeBuilder<Source> builder)
    {
        builder.HasIndex(row => row.Name).IsUnique();
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Description).HasMaxLength(1000);
        builder.Property(row => row.ConnectionUrl).HasMaxLength(1000);
        builder.Property(row => row.Username).HasMaxLength(Name);
        builder.Property(row => row.PasswordSecret).HasMaxLength(Name);
        builder.Property(row => row.LastTestError).HasMaxLength(2000);
        builder.Property(row => row.TimeZone).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Feed> builder)
    {
        builder.HasIndex(row => row.Name).IsUnique();
        builder.HasOne<Source>().WithMany().HasForeignKey(row => row.SourceId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Description).HasMaxLength(1000);
        builder.Property(row => row.Table).HasMaxLength(Long);
        builder.Property(row => row.TimestampColumn).HasMaxLength(Name);
        builder.Property(row => row.IncrementingColumn).HasMaxLength(Name);
        builder.Property(row => row.TenantColumn).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Entitlement> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.FeedId }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.HasOne<Feed>().WithMany().HasForeignKey(row => row.FeedId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(row => row.TenantValue).HasMaxLength(Name);
        builder.Property(row => row.GrantedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Subscription> builder)
    {

        // A deleted subscription's name may be used again. Brackets are read by both databases.
        builder.HasIndex(row => new { row.TenantId, row.Name }).IsUnique().HasFilter("[State] <> 'Deleted'");
        builder.HasIndex(row => row.State);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.HasMany(row => row.Versions).WithOne().HasForeignKey(row => row.SubscriptionId);
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Description).HasMaxLength(1000);
        builder.Property(row => row.Error).HasMaxLength(4000);
        builder.Property(row => row.CreatedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<SubscriptionVersion> builder)
    {
        builder.HasKey(row => new { row.SubscriptionId, row.Number });
        builder.Property(row => row.SourceObject).HasMaxLength(Long);
        builder.Property(row => row.SourceTopic).HasMaxLength(Long);
        builder.Property(row => row.QueryId).HasMaxLength(Long);
        builder.Property(row => row.Seedability).HasMaxLength(32);
        builder.Property(row => row.CreatedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<QueryDraft> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.UpdatedAt });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.OwnerId).HasMaxLength(Name);
        builder.Property(row => row.Name).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Credential> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.Name }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Principal).HasMaxLength(Long);
        builder.Property(row => row.Mechanism).HasMaxLength(32);
        builder.Property(row => row.Fingerprint).HasMaxLength(32);
        builder.Property(row => row.PendingSecret).HasMaxLength(Long);
        builder.Property(row => row.IssuedBy).HasMaxLength(Name);
        builder.Property(row => row.RevokedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<TopicProtection> builder)
    {
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Property(row => row.ChangedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<PlatformSecret> builder)
    {
        builder.HasKey(row => row.Name);
        builder.Property(row => row.Name).HasMaxLength(Long);
    }

    public void Configure(EntityTypeBuilder<SeedJob> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.Name }).IsUnique();
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(row => row.Name).HasMaxLength(Name);
        builder.Property(row => row.Cron).HasMaxLength(Name);
        builder.Property(row => row.TimeZone).HasMaxLength(Name);
        builder.Property(row => row.CreatedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<SeedRun> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.RequestedAt });
        builder.HasIndex(row => row.State);
        builder.HasOne<SeedJob>().WithMany().HasForeignKey(row => row.SeedJobId);
        builder.Property(row => row.Error).HasMaxLength(4000);
        builder.Property(row => row.RequestedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<Operation> builder)
    {
        builder.HasIndex(row => row.RequestedAt);
        builder.HasIndex(row => row.State);
        builder.HasIndex(row => new { row.TenantId, row.RequestedAt });
        builder.HasMany(row => row.Steps).WithOne().HasForeignKey(row => row.OperationId);
        builder.Property(row => row.Subject).HasMaxLength(Long);
        builder.Property(row => row.Target).HasMaxLength(Long);
        builder.Property(row => row.Error).HasMaxLength(4000);
        builder.Property(row => row.RequestedBy).HasMaxLength(Name);
    }

    public void Configure(EntityTypeBuilder<OperationStep> builder)
    {
        builder.HasKey(row => new { row.OperationId, row.Ordinal });
        builder.Property(row => row.Title).HasMaxLength(1000);
        builder.Property(row => row.ResourceType).HasMaxLength(32);
        builder.Property(row => row.Resource).HasMaxLength(1000);
        builder.Property(row => row.IdempotencyKey).HasMaxLength(64);
        builder.Property(row => row.Error).HasMaxLength(4000);
        builder.Property(row => row.ComparedTable).HasMaxLength(Long);
        builder.HasIndex(row => new { row.TenantId, row.ComparedTable, row.FinishedAt }).HasFilter("[ComparedTable] IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<IdempotentRequest> builder)
    {
        builder.HasKey(row => new { row.ActorId, row.Key });
        builder.HasIndex(row => row.CreatedAt);
        builder.Property(row => row.ActorId).HasMaxLength(Name);
        builder.Property(row => row.Key).HasMaxLength(200);
        builder.Property(row => row.RequestHash).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<PlaybookRun> builder)
    {
        builder.HasIndex(row => row.RequestedAt);
        builder.HasIndex(row => row.State);
        builder.HasIndex(row => new { row.Scenario, row.Subject }).IsUnique()
            .HasFilter(string.Join(" AND ", PlaybookRun.Over.Select(state => $"State <> '{state}'")));
        builder.HasOne<Incident>().WithMany().HasForeignKey(row => row.IncidentId);
        builder.HasMany(row => row.Steps).WithOne().HasForeignKey(row => row.PlaybookRunId);
        builder.Property(row => row.Scenario).HasMaxLength(16);
        builder.Property(row => row.Subject).HasMaxLength(Long);
        builder.Property(row => row.RequestedBy).HasMaxLength(Name);
        builder.Property(row => row.ApprovedBy).HasMaxLength(Name);
        builder.Property(row => row.Error).HasMaxLength(4000);
    }

    public void Configure(EntityTypeBuilder<PlaybookStep> builder)
    {
        builder.HasKey(row => new { row.PlaybookRunId, row.Ordinal });
        builder.Property(row => row.Name).HasMaxLength(Long);
        builder.Property(row => row.IdempotencyKey).HasMaxLength(64);
        builder.Property(row => row.Detail).HasMaxLength(4000);
    }

    public void Configure(EntityTypeBuilder<Incident> builder)
    {
        builder.HasIndex(row => row.State);
        builder.HasIndex(row => row.DetectedAt);
        builder.HasIndex(row => new { row.Scenario, row.Subject }).IsUnique().HasFilter($"State <> '{IncidentState.Closed}'");
        builder.HasMany(row => row.Tenants).WithOne().HasForeignKey(row => row.IncidentId);
        builder.HasMany(row => row.Timeline).WithOne().HasForeignKey(row => row.IncidentId);
        builder.Property(row => row.Scenario).HasMaxLength(16);
        builder.Property(row => row.Subject).HasMaxLength(Long);
        builder.Property(row => row.Title).HasMaxLength(Long);
        builder.Property(row => row.Reason).HasMaxLength(4000);
    }

    public void Configure(EntityTypeBuilder<IncidentTenant> builder)
    {
        builder.HasKey(row => new { row.IncidentId, row.TenantId });
        builder.HasIndex(row => row.TenantId);
        builder.Property(row => row.Explanation).HasMaxLength(4000);
    }

    public void Configure(EntityTypeBuilder<IncidentEvent> builder) => builder.Property(row => row.Text).HasMaxLength(2000);

    public void Configure(EntityTypeBuilder<EvidenceSample> builder)
    {
        builder.HasIndex(row => new { row.Probe, row.Subject, row.TakenAt });
        builder.HasIndex(row => row.TakenAt);
        builder.Property(row => row.Probe).HasMaxLength(64);
        builder.Property(row => row.Subject).HasMaxLength(Long);
    }

    public void Configure(EntityTypeBuilder<IsolationRecord> builder)
    {
        builder.HasIndex(row => new { row.TenantId, row.Id });
        builder.HasIndex(row => row.StartedAt);
    }

    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.HasIndex(row => row.At);
        builder.HasIndex(row => new { row.TenantId, row.Id });
        builder.Property(row => row.ActorId).HasMaxLength(Name);
        builder.Property(row => row.ActorName).HasMaxLength(Name);
        builder.Property(row => row.Action).HasMaxLength(64);
        builder.Property(row => row.SubjectKind).HasMaxLength(32);
        builder.Property(row => row.Subject).HasMaxLength(Long);
        builder.HasIndex(row => row.Sequence).IsUnique().HasFilter("[Sequence] IS NOT NULL");
        builder.Property(row => row.Hash).HasMaxLength(64).IsUnicode(false);
    }

    public void Configure(EntityTypeBuilder<AuditHead> builder)
    {
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Property(row => row.Hash).HasMaxLength(64).IsUnicode(false);
        builder.HasData(new AuditHead { Hash = AuditChain.Beginning });
    }

    public void Configure(EntityTypeBuilder<AuditExportPosition> builder)
    {
        builder.HasKey(row => row.Receiver);
        builder.Property(row => row.Receiver).HasMaxLength(32);
    }
}
