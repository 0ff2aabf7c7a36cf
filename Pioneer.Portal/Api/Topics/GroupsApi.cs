using Pioneer.Jobs.Topics;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Topics;

/// <summary>The consumer groups of a tenant, with what they still have to read.</summary>
internal static class GroupsApi
{
    public static void MapGroups(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/groups",
            async (string slug, string? query, [AsParameters] PageQuery page, TenantGroups groups, CurrentActor current, HttpContext http, CancellationToken ct) =>
                (await groups.ListAsync(current.Actor, slug, query, page.Window, ct)).ToAnswer(list => page.Answer(http, list.Groups, row => row)))
            .Answers<GroupRow[]>("Lists the tenant's consumer groups by name, with their lag.");

        api.MapGet("/tenants/{slug}/groups/{group}",
            async (string slug, string group, TenantGroups groups, CurrentActor current, CancellationToken ct) =>
                (await groups.FindAsync(current.Actor, slug, group, ct)).ToAnswer())
            .Answers<GroupDetail>("Gives a group with its members and its position in each partition.");
    }
}
