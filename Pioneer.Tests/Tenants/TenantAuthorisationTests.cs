using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>The table of roles in 07-portal.md, cell by cell.</summary>
public sealed class TenantAuthorisationTests
{
    private static readonly TenantId Acme = new(Guid.Parse("00000000-0000-0000-0000-0000000000a1"));
    private static readonly TenantId Globex = new(Guid.Parse("00000000-0000-0000-0000-0000000000b2"));

    [Theory]
    [InlineData(TenantRole.Viewer, "View")]
    [InlineData(TenantRole.Author, "View Author")]
    [InlineData(TenantRole.Admin, "View Author Administer")]
    public void Member_may_what_the_role_says_in_its_tenant_alone(TenantRole role, string allowed)
    {
        var actor = Actors.Member(role, Acme);

        Assert.Equal(allowed, Allowed(actor, Acme));
        Assert.Equal("", Allowed(actor, Globex));
    }

    [Fact]
    public void Operator_sees_and_operates_everything_and_changes_no_tenant() => Assert.Equal("View Operate", Allowed(Actors.Operator, Acme));

    [Fact]
    public void Platform_admin_may_everything() => Assert.Equal("View Author Administer Provision Operate", Allowed(Actors.Admin, Acme));

    [Fact]
    public void Admin_who_views_as_a_tenant_reads_that_tenant_only()
    {
        var viewing = Actors.Admin with { ViewingAs = Acme };

        Assert.Equal("View", Allowed(viewing, Acme));
        Assert.Equal("", Allowed(viewing, Globex));
        Assert.True(TenantAuthorisation.RequirePlatform(viewing, PlatformPermission.Administer).IsFailure);
    }

    private static string Allowed(Actor actor, TenantId tenant) =>
        string.Join(' ', Enum.GetValues<TenantPermission>().Where(permission => TenantAuthorisation.Allows(actor, tenant, permission)));
}
