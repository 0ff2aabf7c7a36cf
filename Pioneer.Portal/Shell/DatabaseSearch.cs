using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Topics;
using Pioneer.Portal.Features.Operations;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Shell;

/// <summary>The domain's search with the page that shows each hit.</summary>
public sealed class DatabaseSearch(GlobalSearch search, TenantGroups groups, CurrentActor me, TimeProvider time) : IPortalSearch
{
    private const int Most = 12;
    private const int MostPages = 3;
    private const int MostGroups = 3;

    private static readonly TimeSpan GroupsPatience = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<FoundThing>> FindAsync(string text, CancellationToken cancellationToken) =>
        [
            .. Pages(text)
                .Concat(await GroupsAsync(text.Trim(), cancellationToken))
                .Concat(Share(await search.FindAsync(me.Actor, text, cancellationToken), Most).Select(ToHit)).Take(Most),
        ];

    // groups are the brokers' to tell: only what begins with a tenant's name is asked for, and an answer that is late is none
    private async Task<IEnumerable<FoundThing>> GroupsAsync(string wanted, CancellationToken cancellationToken)
    {
        if (wanted.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot))
        {
            return [];
        }

        using var late = new CancellationTokenSource(GroupsPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var slug = wanted[..dot];
            return (await groups.NamesAsync(me.Actor, slug, wanted, MostGroups, either.Token))
                .Select(name => new FoundThing(name, "consumer group", PortalUrls.Group(slug, name), PioneerIcons.Delivery));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    // pages by their names, such as 'drill'; which of them a role includes they say themselves
    private IEnumerable<FoundThing> Pages(string text)
    {
        var wanted = text.Trim();
        return wanted.Length < GlobalSearch.MinLength || me.Actor.Scope == TenantScope.Nothing
            ? []
            : SearchablePages.Of(me.Actor).Where(page => page.Words.Contains(wanted, StringComparison.OrdinalIgnoreCase)).Take(MostPages)
                .Select(page => new FoundThing(page.Name, "page", page.Href, PioneerIcons.ChevronRight));
    }

    /// <summary>Kinds take turns until the list is full, so that many of one do not hide the others; in the list they stay together.</summary>
    internal static IEnumerable<SearchHit> Share(IReadOnlyList<SearchHit> hits, int most)
    {
        var kept = hits.GroupBy(hit => hit.Kind).SelectMany(kind => kind.Select((hit, turn) => (hit, turn)))
            .OrderBy(entry => entry.turn).Take(most).Select(entry => entry.hit).ToHashSet();
        return hits.Where(kept.Contains);
    }

    private static FoundThing ToHit(SearchHit hit) => hit.Kind switch
    {
        SearchHitKind.Tenant => new($"{hit.Name} · {hit.Detail}", "tenant", PortalUrls.Tenant(hit.Name), PioneerIcons.Tenants),
        SearchHitKind.Subscription => new(SubscriptionWords.Topic(hit.Tenant!, hit.Name), "subscription", PortalUrls.Subscription(hit.Tenant!, hit.Name), PioneerIcons.Subscriptions),
        SearchHitKind.Topic => new(hit.Name, "topic", PortalUrls.Topic(hit.Tenant!, hit.Name), PioneerIcons.Database),
        SearchHitKind.SeedRun => new(hit.Detail, "seed run", PortalUrls.SeedRun(hit.Tenant!, Guid.Parse(hit.Name)), PioneerIcons.Seeding),
        SearchHitKind.Source => new($"{hit.Name} · {hit.Detail}", "source", PortalUrls.With(PortalUrls.Sources, ("q", hit.Name)), PioneerIcons.Database),
        SearchHitKind.Feed => new($"{hit.Name} · {hit.Detail}", "feed", PortalUrls.With(PortalUrls.Feeds, ("q", hit.Name)), PioneerIcons.Ingestion),
        SearchHitKind.Person => new($"{hit.Name} · {hit.Detail}", "person", PortalUrls.With(hit.Tenant is { } slug ? PortalUrls.Members(slug) : PortalUrls.Settings, ("q", hit.Name)), PioneerIcons.User),
        SearchHitKind.PlaybookRun => new(hit.Detail, "run", PortalUrls.PlaybookRun(Guid.Parse(hit.Name)), PioneerIcons.Recovery),
        SearchHitKind.Incident => new(hit.Detail, "incident", PortalUrls.Incident(Guid.Parse(hit.Name)), PioneerIcons.Recovery),
        _ => new($"{hit.Operation?.Title()} {hit.Detail}", "operation", PortalUrls.Operation(Guid.Parse(hit.Name)), PioneerIcons.Operations),
    };
}
