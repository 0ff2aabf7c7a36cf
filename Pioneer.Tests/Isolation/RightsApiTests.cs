using System.Net;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Api;
using Xunit;

namespace Pioneer.Tests.Isolation;

/// <summary>Questions about rights by API: for platform admins, and about one operation on one named thing.</summary>
[Collection(ApiPortalCollection.Name)]
public sealed class RightsApiTests(ApiPortal portal)
{
    [Fact]
    public async Task Tenants_people_may_not_ask_who_may_what()
    {
        using var member = await portal.MemberAsync("acme", TenantRole.Admin);

        (await AskAsync(member, "decision?principal=acme.ksql&operation=Read&type=Topic&name=acme.d.x")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        (await AskAsync(member, "holders?operation=Read&type=Topic&name=acme.d.x")).IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
    }

    [Fact]
    public async Task Question_without_a_name_or_about_all_operations_is_refused_with_its_field()
    {
        var nameless = await AskAsync(portal.Admin, "holders?operation=Read&type=Topic");
        nameless.IsProblem(HttpStatusCode.UnprocessableEntity, "NameMissing");
        Assert.Equal("name", nameless.Json.GetProperty("field").GetString());
        var all = await AskAsync(portal.Admin, "holders?operation=All&type=Topic&name=t");
        all.IsProblem(HttpStatusCode.UnprocessableEntity, "OperationNotOne");
        Assert.Equal("operation", all.Json.GetProperty("field").GetString());
        (await AskAsync(portal.Admin, "decision?principal=%20&operation=Read&type=Topic&name=t")).IsProblem(HttpStatusCode.UnprocessableEntity, "NameMissing");
    }

    private static Task<ApiAnswer> AskAsync(HttpClient client, string question) => ApiPortal.SendAsync(client, HttpMethod.Get, $"rights/{question}");
}
