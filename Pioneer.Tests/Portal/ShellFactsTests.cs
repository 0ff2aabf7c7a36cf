using System.Security.Claims;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>Which tenant a page is about.</summary>
public sealed class ShellFactsTests
{
    private readonly Facts _facts = new();

    [Fact]
    public void Address_decides_where_it_names_a_tenant()
    {
        _facts.Visit(Url("/t/globex/seeds"));

        Assert.Equal("initech", _facts.CurrentSlug(Url("/t/initech/editor"), Member("acme", "globex")));
        Assert.Equal("initech", _facts.CurrentSlug(Url("/tenants/initech/plan"), Member("acme", "globex")));
    }

    [Fact]
    public void Tenant_last_visited_is_the_current_one_elsewhere()
    {
        var person = Member("acme", "globex");
        Assert.Equal("acme", _facts.CurrentSlug(Url("/"), person));

        _facts.Visit(Url("/t/globex/seeds"));
        _facts.Visit(Url("/recovery"));

        Assert.Equal("globex", _facts.CurrentSlug(Url("/recovery"), person));
    }

    [Fact]
    public void Tenant_that_was_tried_in_vain_is_not_the_current_one()
    {
        _facts.Visit(Url("/t/initech/seeds"));

        Assert.Equal("acme", _facts.CurrentSlug(Url("/"), Member("acme", "globex")));
    }

    [Fact]
    public void Platform_people_have_no_current_tenant_elsewhere()
    {
        _facts.Visit(Url("/t/acme/seeds"));

        Assert.Null(_facts.CurrentSlug(Url("/recovery"), Person(new Claim(PioneerClaims.Platform, nameof(PlatformRole.Operator)))));
        Assert.Null(_facts.CurrentSlug(Url("/tenants/new"), Person(new Claim(PioneerClaims.Platform, nameof(PlatformRole.Admin)))));
    }

    [Theory]
    [InlineData("/t/acme/editor/0199-draft", true, "/t/globex/editor")]
    [InlineData("/t/acme/editor", false, "/t/globex/subscriptions")]
    [InlineData("/t/acme/delivery", false, "/t/globex/delivery")]
    [InlineData("/t/acme/seeds/runs/1", true, "/t/globex/seeds")]
    [InlineData("/t/acme/subscriptions/large-payments", true, "/t/globex/subscriptions")]
    [InlineData("/", true, "/t/globex/subscriptions")]
    public void Same_page_of_another_tenant_is_found(string path, bool writes, string expected) =>
        Assert.Equal(expected, PortalUrls.InTenant(Url(path), "globex", writes));

    private static string Url(string path) => "http://127.0.0.1:5080" + path;

    private static ClaimsPrincipal Member(params string[] slugs) =>
        Person([.. slugs.Select(slug => new TenantGrant(slug, TenantId.From(Guid.CreateVersion7()), TenantRole.Author).ToClaim())]);

    private static ClaimsPrincipal Person(params Claim[] claims) => new(new ClaimsIdentity(claims, "test"));

    private sealed class Facts : ShellFacts
    {
        public override string PlatformName => "";

        public override string PlatformDetail => "";

        public override Task<NavCounts> CountsAsync() => Task.FromResult(NavCounts.Unknown);

        public override Task<VerdictLine?> VerdictAsync() => Task.FromResult<VerdictLine?>(null);
    }
}
