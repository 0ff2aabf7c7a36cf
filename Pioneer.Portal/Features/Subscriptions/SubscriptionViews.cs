using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>One subscription as lists show it.</summary>
public sealed record SubscriptionLine(
    string Slug, string Name, string Description, SubscriptionState State, int Version, string? Error, string Topic, string Seedability, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>One page of the list.</summary>
public sealed record SubscriptionList(IReadOnlyList<SubscriptionLine> Rows, int Total);

/// <summary>One version as the detail shows it.</summary>
public sealed record VersionLine(
    int Number, string Sql, string Select, ImmutableArray<string> Reads, ImmutableArray<ResultColumn> ResultSchema, string Seedability,
    ImmutableArray<string> SeedabilityReasons, string QueryId, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? DeployedAt);

/// <summary>A subscription with its versions, newest first.</summary>
public sealed record SubscriptionView(
    SubscriptionLine Row, SubscriptionId Id, bool Held, long Revision, Compatibility Compatibility, IReadOnlyList<VersionLine> Versions, OperationId? RunningOperation)
{
    public VersionLine Current => Versions.First(v => v.Number == Row.Version);
}

/// <summary>Reads subscriptions within the tenant scope of the circuit.</summary>
public sealed class SubscriptionViews(IDbContextFactory<PioneerDbContext> databases)
{
    public const int PageSize = 100;
    private const int MaxNames = 10_000;

    /// <summary>Of one tenant, or of all that the person sees. Pages are 1-based.</summary>
    public async Task<SubscriptionList> ListAsync(string? slug, string? text, SubscriptionState? state, int page, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = Rows(database, slug);
        if (state is { } wanted)
        {
            rows = rows.Where(r => r.Subscription.State == wanted);
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            var term = text.Trim();
            rows = rows.Where(r => r.Subscription.Name.Contains(term) || ((string)(object)r.Slug).Contains(term));
        }

        var total = await rows.CountAsync(cancellationToken);
        var list = await rows.OrderBy(r => r.Slug).ThenBy(r => r.Subscription.Name).Skip((page - 1) * PageSize).Take(PageSize)
            .Select(r => new
            {
                r.Subscription,
                r.Slug,
                Current = database.SubscriptionVersions.Where(v => v.SubscriptionId == r.Subscription.Id && v.Number == r.Subscription.CurrentVersion)
                    .Select(v => new { v.SourceTopic, v.Seedability }).FirstOrDefault(),
            }).ToListAsync(cancellationToken);
        var seedability = await SeedabilityOfVersions.ReadAsync(database, cancellationToken);
        return new SubscriptionList(
            [.. list.Select(r => ToRow(r.Subscription, r.Slug, r.Current is { } current ? seedability.Of(current.SourceTopic, current.Seedability, []).Verdict : null))],
            total);
    }

    /// <summary>Names of one tenant's subscriptions to choose from, in order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string slug, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Rows(database, slug).OrderBy(r => r.Subscription.Name).Take(MaxNames).Select(r => r.Subscription.Name).ToListAsync(cancellationToken);
    }

    /// <summary>Null for one that is not there or that the person does not see.</summary>
    public async Task<SubscriptionView?> FindAsync(string slug, string name, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var found = await Rows(database, slug).Where(r => r.Subscription.Name == name).FirstOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var versions = await database.SubscriptionVersions.AsNoTracking().Where(v => v.SubscriptionId == found.Subscription.Id)
            .OrderByDescending(v => v.Number).ToListAsync(cancellationToken);
        var target = found.Subscription.Id.ToString();
        var running = await database.Operations.AsNoTracking()
            .Where(o => o.Target == target && (o.State == OperationState.Queued || o.State == OperationState.Running))
            .Select(o => (OperationId?)o.Id).FirstOrDefaultAsync(cancellationToken);
        var seedability = await SeedabilityOfVersions.ReadAsync(database, cancellationToken);
        var lines = versions.Select(v => Line(v, seedability.Of(v))).ToList();
        return new SubscriptionView(
            ToRow(found.Subscription, found.Slug, lines.FirstOrDefault(v => v.Number == found.Subscription.CurrentVersion)?.Seedability),
            found.Subscription.Id,
            found.Subscription.HeldBy is not null,
            found.Subscription.Revision,
            found.Subscription.Compatibility,
            lines,
            running);
    }

    private static VersionLine Line(SubscriptionVersion v, VersionSeedability seedable) => new(
        v.Number, v.Sql, v.Select, v.Reads, v.ResultSchema, seedable.Verdict, seedable.Reasons, v.QueryId, v.CreatedAt, v.CreatedBy, v.DeployedAt);

    private static IQueryable<Pair> Rows(PioneerDbContext database, string? slug)
    {
        var tenants = database.Tenants.AsNoTracking();
        if (slug is not null)
        {
            // a malformed slug names nobody
            tenants = TenantSlug.Create(slug) is { IsSuccess: true, Value: var wanted } ? tenants.Where(t => t.Slug == wanted) : tenants.Where(_ => false);
        }

        return database.Subscriptions.AsNoTracking().Where(s => s.State != SubscriptionState.Deleted)
            .Join(tenants, s => s.TenantId, t => t.Id, (s, t) => new Pair { Subscription = s, Slug = t.Slug });
    }

    private static SubscriptionLine ToRow(Subscription s, TenantSlug slug, string? seedability) => new(
        slug.Value, s.Name, s.Description, s.State, s.CurrentVersion, s.Error, TopicNames.Delivery(slug, s.Name), seedability ?? "", s.CreatedAt, s.CreatedBy);

    private sealed class Pair
    {
        public required Subscription Subscription { get; init; }

        public required TenantSlug Slug { get; init; }
    }
}
