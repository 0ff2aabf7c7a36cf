using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Domain.Tenants;

/// <summary>What kind of thing was found.</summary>
public enum SearchHitKind
{
    Tenant,
    Topic,
    Subscription,
    SeedRun,
    Operation,
    Source,
    Feed,
    Person,
    Incident,
    PlaybookRun,
}

/// <summary>One thing that matches; <paramref name="Name"/> and <paramref name="Tenant"/> are what a link is made of.</summary>
/// <param name="Operation">What kind of work it is, for an operation only.</param>
public sealed record SearchHit(SearchHitKind Kind, string Name, string? Tenant, string Detail, OperationKind? Operation = null);

/// <summary>The search box of the shell: tenants, topics, subscriptions, seed runs and operations that the actor may see.</summary>
public sealed class GlobalSearch(IDbContextFactory<PioneerDbContext> contexts)
{
    public const int MinLength = 2;
    public const int MaxPerKind = 8;

    public async Task<IReadOnlyList<SearchHit>> FindAsync(Actor actor, string? text, CancellationToken cancellationToken)
    {
        var wanted = text?.Trim() ?? "";
        if (wanted.Length < MinLength)
        {
            return [];
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var pattern = LikePattern.Containing(wanted);
        return
        [
            .. await TenantsAsync(db, actor, pattern, cancellationToken),
            .. await SubscriptionsAsync(db, actor, wanted, cancellationToken),
            .. await FeedTopicsAsync(db, actor, wanted, cancellationToken),
            .. await SourcesAsync(db, actor, pattern, cancellationToken),
            .. await PeopleAsync(db, actor, pattern, cancellationToken),
            .. await IncidentsAsync(db, actor, pattern, cancellationToken),
            .. await PlaybookRunsAsync(db, actor, pattern, cancellationToken),
            .. await SeedRunsAsync(db, actor, wanted, pattern, cancellationToken),
            .. await OperationsAsync(db, actor, pattern, cancellationToken),
        ];
    }

    private static async Task<IEnumerable<SearchHit>> TenantsAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        var rows = await db.Tenants.AsNoTracking().Visible(actor)
            .Where(row => row.State != TenantState.Deleted
                && (EF.Functions.Like((string)(object)row.Slug, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Name, pattern, LikePattern.EscapeCharacter)))
            .OrderBy(row => row.Slug).Take(MaxPerKind).Select(row => new { row.Slug, row.Name }).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(SearchHitKind.Tenant, row.Slug.Value, row.Slug.Value, row.Name));
    }

    private static async Task<IEnumerable<SearchHit>> SubscriptionsAsync(
        PioneerDbContext db, Actor actor, string wanted, CancellationToken cancellationToken)
    {
        var (slug, name) = Split(wanted, TopicKind.Delivery);
        var (isWord, word) = (!wanted.Contains('.', StringComparison.Ordinal), LikePattern.Containing(wanted));
        var rows = await (from row in db.Subscriptions.AsNoTracking().Visible(actor, row => row.TenantId)
                          join tenant in db.Tenants on row.TenantId equals tenant.Id
                          where row.State != SubscriptionState.Deleted
                              && ((EF.Functions.Like(row.Name, name, LikePattern.EscapeCharacter)
                                      && EF.Functions.Like((string)(object)tenant.Slug, slug, LikePattern.EscapeCharacter))
                                  || (isWord && (EF.Functions.Like((string)(object)tenant.Slug, word, LikePattern.EscapeCharacter)
                                      || EF.Functions.Like(row.Description!, word, LikePattern.EscapeCharacter))))
                          orderby row.Name, tenant.Slug
                          select new { row.Name, tenant.Slug, row.State }).Take(MaxPerKind).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(
            SearchHitKind.Subscription, row.Name, row.Slug.Value, $"{TopicNames.Delivery(row.Slug, row.Name)}, {row.State.ToString().ToLowerInvariant()}"));
    }

    private static async Task<IEnumerable<SearchHit>> FeedTopicsAsync(
        PioneerDbContext db, Actor actor, string wanted, CancellationToken cancellationToken)
    {
        var (slug, name) = Split(wanted, TopicKind.Feed);
        var (isWord, word) = (!wanted.Contains('.', StringComparison.Ordinal), LikePattern.Containing(wanted));
        var rows = await (from row in db.Entitlements.AsNoTracking().Visible(actor, row => row.TenantId)
                          join tenant in db.Tenants on row.TenantId equals tenant.Id
                          join feed in db.Feeds on row.FeedId equals feed.Id
                          where row.State == EntitlementState.Granted
                              && ((EF.Functions.Like(feed.Name, name, LikePattern.EscapeCharacter)
                                      && EF.Functions.Like((string)(object)tenant.Slug, slug, LikePattern.EscapeCharacter))
                                  || (isWord && EF.Functions.Like((string)(object)tenant.Slug, word, LikePattern.EscapeCharacter)))
                          orderby feed.Name, tenant.Slug
                          select new { feed.Name, tenant.Slug }).Take(MaxPerKind).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(SearchHitKind.Topic, TopicNames.Feed(row.Slug, row.Name), row.Slug.Value, $"feed {row.Name}"));
    }

    private static async Task<IEnumerable<SearchHit>> SeedRunsAsync(
        PioneerDbContext db, Actor actor, string wanted, string pattern, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(wanted, out var parsed) ? new SeedRunId(parsed) : default;
        var rows = await (from run in db.SeedRuns.AsNoTracking().Visible(actor, row => row.TenantId)
                          join tenant in db.Tenants on run.TenantId equals tenant.Id
                          join job in db.SeedJobs on run.SeedJobId equals job.Id
                          where run.Id == id || EF.Functions.Like(job.Name, pattern, LikePattern.EscapeCharacter)
                          orderby run.RequestedAt descending
                          select new { run.Id, tenant.Slug, job.Name, run.State }).Take(MaxPerKind).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(SearchHitKind.SeedRun, row.Id.ToString(), row.Slug.Value, $"{row.Name}, {row.State.ToString().ToLowerInvariant()}"));
    }

    private static async Task<IEnumerable<SearchHit>> OperationsAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        var rows = await db.Operations.AsNoTracking().Visible(actor, row => row.TenantId)
            .Where(row => EF.Functions.Like(row.Subject, pattern, LikePattern.EscapeCharacter))
            .OrderByDescending(row => row.RequestedAt).Take(MaxPerKind).Select(row => new { row.Id, row.Kind, row.Subject, row.State }).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(
            SearchHitKind.Operation, row.Id.ToString(), null, $"{row.Subject}, {row.State.ToString().ToLowerInvariant()}", row.Kind));
    }

    // sources and feeds are the platform's
    private static async Task<IEnumerable<SearchHit>> SourcesAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        if (!actor.Scope.IsAll)
        {
            return [];
        }

        var sources = await db.Sources.AsNoTracking()
            .Where(row => EF.Functions.Like(row.Name, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Description!, pattern, LikePattern.EscapeCharacter))
            .OrderBy(row => row.Name).Take(MaxPerKind).Select(row => new { row.Name, row.Kind }).ToListAsync(cancellationToken);
        var feeds = await db.Feeds.AsNoTracking()
            .Where(row => EF.Functions.Like(row.Name, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Description!, pattern, LikePattern.EscapeCharacter))
            .OrderBy(row => row.Name).Take(MaxPerKind).Select(row => new { row.Name, row.Table }).ToListAsync(cancellationToken);
        return sources.Select(row => new SearchHit(SearchHitKind.Source, row.Name, null, row.Kind.ToString()))
            .Concat(feeds.Select(row => new SearchHit(SearchHitKind.Feed, row.Name, null, row.Table)));
    }

    // all accounts for platform admins, members of their tenants for others
    private static async Task<IEnumerable<SearchHit>> PeopleAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        var found = db.Users.AsNoTracking().Where(row => EF.Functions.Like(row.DisplayName, pattern, LikePattern.EscapeCharacter)
            || EF.Functions.Like(row.Email!, pattern, LikePattern.EscapeCharacter));
        if (TenantAuthorisation.RequirePlatform(actor, PlatformPermission.Administer).IsSuccess)
        {
            var all = await found.OrderBy(row => row.Email).Take(MaxPerKind).Select(row => new { row.Email, row.DisplayName }).ToListAsync(cancellationToken);
            return all.Select(row => new SearchHit(SearchHitKind.Person, row.Email ?? "", null, row.DisplayName));
        }

        var members = await (from member in db.Memberships.AsNoTracking().Visible(actor, row => row.TenantId)
                             join tenant in db.Tenants on member.TenantId equals tenant.Id
                             join user in found on member.UserId equals user.Id
                             orderby user.Email
                             select new { user.Email, user.DisplayName, tenant.Slug }).Take(MaxPerKind).ToListAsync(cancellationToken);
        return members.Select(row => new SearchHit(SearchHitKind.Person, row.Email ?? "", row.Slug.Value, row.DisplayName));
    }

    private static async Task<IEnumerable<SearchHit>> IncidentsAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        var rows = db.Incidents.AsNoTracking();
        if (!actor.Scope.IsAll)
        {
            var mine = db.IncidentTenants.Visible(actor, row => row.TenantId).Select(row => row.IncidentId);
            rows = rows.Where(row => mine.Contains(row.Id));
        }

        var found = await rows.Where(row => EF.Functions.Like(row.Scenario, pattern, LikePattern.EscapeCharacter)
                || EF.Functions.Like(row.Title, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Subject, pattern, LikePattern.EscapeCharacter))
            .OrderByDescending(row => row.DetectedAt).Take(MaxPerKind).Select(row => new { row.Id, row.Scenario, row.Title }).ToListAsync(cancellationToken);
        return found.Select(row => new SearchHit(SearchHitKind.Incident, row.Id.ToString(), null, $"{row.Scenario} {row.Title}"));
    }

    // playbooks and drills are the platform's
    private static async Task<IEnumerable<SearchHit>> PlaybookRunsAsync(PioneerDbContext db, Actor actor, string pattern, CancellationToken cancellationToken)
    {
        if (!actor.Scope.IsAll)
        {
            return [];
        }

        var rows = await db.PlaybookRuns.AsNoTracking()
            .Where(row => EF.Functions.Like(row.Scenario, pattern, LikePattern.EscapeCharacter) || EF.Functions.Like(row.Subject, pattern, LikePattern.EscapeCharacter))
            .OrderByDescending(row => row.RequestedAt).Take(MaxPerKind).Select(row => new { row.Id, row.Scenario, row.Subject, row.IsDrill }).ToListAsync(cancellationToken);
        return rows.Select(row => new SearchHit(
            SearchHitKind.PlaybookRun, row.Id.ToString(), null, $"{(row.IsDrill ? "Drill" : "Playbook")} {row.Scenario}, {row.Subject}"));
    }

    // 'acme.t.pay' searches feeds of acme whose names begin so; anything else is part of a name.
    private static (string Slug, string Name) Split(string wanted, TopicKind kind)
    {
        var parts = wanted.Split('.', 3);
        if (parts.Length < 2)
        {
            return ("%", LikePattern.Containing(wanted));
        }

        var letter = kind is TopicKind.Feed ? "t" : "d";
        var name = parts.Length == 3 ? $"{LikePattern.Escape(parts[2])}%" : "%";
        return (LikePattern.Escape(parts[0]), parts[1] == letter || parts[1].Length == 0 ? name : LikePattern.Escape("\u0001"));
    }
}
