using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Tenants;

/// <summary>
/// Users, members and tokens. Accounts are made where people sign in, and tokens by people: a token that could make tokens would outlive its own
/// revocation. Taking rights away can be automated.
/// </summary>
internal static class PeopleApi
{
    public static void MapPeople(this RouteGroupBuilder api)
    {
        api.MapGet("/users", async (string? query, string? cursor, int? limit, PeopleQueries people, CurrentActor current, CancellationToken ct) =>
            (await people.UsersAsync(current.Actor, query, cursor, limit, ct)).ToAnswer()).Answers<Page<UserRow>>("Lists local accounts by e-mail.");

        api.MapGet("/tenants/{slug}/members",
            async (string slug, [AsParameters] PageQuery page, PeopleQueries people, CurrentActor current, HttpContext http, CancellationToken ct) =>
                (await people.MembersAsync(current.Actor, slug, ct)).ToAnswer(members => page.AnswerPart(http, members, member => member)))
            .Answers<MemberRow[]>("Lists members of a tenant by e-mail.");

        api.MapPut("/tenants/{slug}/members/{userId}",
            async (string slug, string userId, MemberBody body, ManageMembers members, CurrentActor current, CancellationToken ct) =>
                (await members.SetRoleAsync(current.Actor, slug, userId, body.Role, ct)).ToAnswer()).Does("Changes a member's role. People come in by invitation, on pages.");

        api.MapDelete("/tenants/{slug}/members/{userId}",
            async (string slug, string userId, ManageMembers members, CurrentActor current, CancellationToken ct) =>
                (await members.RemoveAsync(current.Actor, slug, userId, ct)).ToAnswer()).Does("Takes a person's role in a tenant away.");

        api.MapGet("/tokens", async ([AsParameters] PageQuery page, PeopleQueries people, CurrentActor current, HttpContext http, CancellationToken ct) =>
            page.AnswerPart(http, await people.ApiTokensAsync(current.Actor, ct), token => token))
            .Answers<ApiTokenRow[]>("Lists API tokens that you may revoke, newest first; there is no text in it.");

        api.MapDelete("/tokens/{id}", async (ApiTokenId id, ManageApiTokens tokens, CurrentActor current, CancellationToken ct) =>
            (await tokens.RevokeAsync(current.Actor, id, ct)).ToAnswer()).Does("Revokes an API token; its next request is refused.");
    }
}

/// <summary>Body of <c>PUT .../members/{userId}</c>.</summary>
internal sealed record MemberBody(TenantRole Role);
