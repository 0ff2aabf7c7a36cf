using System.Security.Claims;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PioneerClaimsTests
{
    private static readonly TenantId Acme = new(Guid.Parse("00000000-0000-7000-8000-000000000001"));
    private static readonly TenantId Globex = new(Guid.Parse("00000000-0000-7000-8000-000000000002"));

    [Fact]
    public void May_grants_a_role_and_those_below_in_its_own_tenant_only()
    {
        var user = Person(new TenantGrant("acme", Acme, TenantRole.Author).ToClaim());
        Assert.True(user.May("acme", TenantRole.Viewer));
        Assert.True(user.May("acme", TenantRole.Author));
        Assert.False(user.May("acme", TenantRole.Admin));
        Assert.False(user.May("globex", TenantRole.Viewer));
        Assert.False(user.SeesPlatform());
    }

    [Fact]
    public void May_lets_operators_look_everywhere_and_write_nowhere()
    {
        var user = Person(new Claim(PioneerClaims.Platform, nameof(PlatformRole.Operator)));
        Assert.True(user.May("acme", TenantRole.Viewer));
        Assert.False(user.May("acme", TenantRole.Author));
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("acme:Author")]
    [InlineData("acme:not-an-id:Author")]
    [InlineData("acme:00000000-0000-7000-8000-000000000001:God")]
    [InlineData("acme:00000000-0000-7000-8000-000000000001:7")]
    [InlineData(":00000000-0000-7000-8000-000000000001:Author")]
    public void Malformed_claim_gives_no_right(string value)
    {
        var user = Person(new Claim(PioneerClaims.Tenant, value));
        Assert.Empty(user.TenantGrants());
        Assert.Equal(TenantScope.Of(), user.ToActor().Scope, (a, b) => a.IsAll == b.IsAll && a.Tenants.SetEquals(b.Tenants));
    }

    [Fact]
    public void Actor_carries_memberships_and_sees_only_them()
    {
        var actor = Person(new TenantGrant("acme", Acme, TenantRole.Admin).ToClaim()).ToActor();
        Assert.Equal("ada", actor.Name);
        Assert.True(actor.Scope.Includes(Acme));
        Assert.False(actor.Scope.Includes(Globex));
    }

    [Fact]
    public void Entra_roles_become_rights_and_unknown_tenants_become_nothing()
    {
        var identity = new ClaimsIdentity([new("roles", "Pioneer.Operator"), new("roles", "Tenant.acme.Viewer"), new("roles", "Tenant.nobody.Admin"), new("groups", "g-1")]);
        var options = new EntraMappingOptions();
        options.Tenants.Add(new TenantClaimRule { Value = "g-1", Slug = "acme", Role = TenantRole.Author });
        options.Tenants.Add(new TenantClaimRule { Value = "g-2", Slug = "globex", Role = TenantRole.Admin });
        var tenants = new Dictionary<string, TenantId> { ["acme"] = Acme, ["globex"] = Globex };

        var user = new ClaimsPrincipal(new ClaimsIdentity(EntraClaimsMapping.Map(identity, options, tenants), "test"));

        Assert.Equal(PlatformRole.Operator, user.PlatformRole());
        Assert.Equal([new TenantGrant("acme", Acme, TenantRole.Author)], user.TenantGrants());
    }

    private static ClaimsPrincipal Person(params Claim[] claims) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "u1"), new Claim(ClaimTypes.Name, "ada"), .. claims], "test"));
}
