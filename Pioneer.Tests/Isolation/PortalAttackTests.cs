using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Isolation;
using Xunit;

namespace Pioneer.Tests.Isolation;

/// <summary>What answers of the portal prove, and what they do not.</summary>
public sealed class PortalAttackTests
{
    private const string Missing = "no-such-tenant-here";

    private readonly Portal _portal = new();

    [Fact]
    public async Task Everything_is_held_where_another_tenant_is_answered_as_none()
    {
        var attempts = await RunAsync();

        Assert.All(attempts, attempt => Assert.Equal(AttemptResult.Held, attempt.Result));
        foreach (var path in new[] { "globex/topics", "globex/groups", "globex/topics/globex.d.x/records", "acme/topics/globex.d.x/records" })
        {
            Assert.Contains($"tenants/{path}", _portal.Asked);
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Found)]
    public async Task Comparison_that_fails_proves_nothing(HttpStatusCode status)
    {
        _portal.Answers[$"tenants/{Missing}/members"] = (status, "{}");

        Assert.Equal(AttemptResult.NotObserved, Of(await RunAsync(), "list members").Result);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, HttpStatusCode.NotFound, AttemptResult.Broken)]
    [InlineData(HttpStatusCode.OK, HttpStatusCode.InternalServerError, AttemptResult.Broken)]
    [InlineData(HttpStatusCode.Forbidden, HttpStatusCode.NotFound, AttemptResult.Broken)] // it tells that there is such a tenant
    [InlineData(HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, AttemptResult.NotObserved)]
    [InlineData(HttpStatusCode.BadGateway, HttpStatusCode.NotFound, AttemptResult.NotObserved)]
    public async Task Answer_about_another_tenant_is_held_against_that_about_none(HttpStatusCode foreign, HttpStatusCode missing, AttemptResult result)
    {
        _portal.Answers["tenants/globex/members"] = (foreign, "{}");
        _portal.Answers[$"tenants/{Missing}/members"] = (missing, "{}");

        Assert.Equal(result, Of(await RunAsync(), "list members").Result);
    }

    [Fact]
    public async Task Control_is_held_only_by_the_tenant_itself()
    {
        _portal.Answers["tenants/acme"] = (HttpStatusCode.OK, "<html>Sign in</html>");

        var only = Assert.Single(await RunAsync());

        Assert.Equal((true, AttemptResult.NotObserved), (only.IsControl, only.Result));
    }

    [Fact]
    public async Task List_that_is_no_json_is_not_observed_and_what_was_found_before_an_outage_stays()
    {
        _portal.Answers["tenants/globex/members"] = (HttpStatusCode.OK, "[]");
        _portal.Answers["operations?limit=200"] = (HttpStatusCode.OK, "<html>");
        _portal.DownAt = "connectors?limit=200";

        var attempts = await RunAsync();

        Assert.Equal(AttemptResult.Broken, Of(attempts, "list members").Result);
        Assert.Equal(AttemptResult.NotObserved, Of(attempts, "find another tenant in operations").Result);
        Assert.Equal(AttemptResult.NotObserved, attempts[^1].Result);
        Assert.DoesNotContain(attempts, attempt => attempt.What.Contains("recovery", StringComparison.Ordinal));
    }

    private static IsolationAttempt Of(IEnumerable<IsolationAttempt> attempts, string what) =>
        Assert.Single(attempts, attempt => attempt.What.StartsWith(what, StringComparison.Ordinal));

    private async Task<ImmutableArray<IsolationAttempt>> RunAsync()
    {
        CheckedTenant acme = Tenant("acme"), globex = Tenant("globex");
        var ground = new AttackGround([acme, globex], [], [], [], [], new EffectiveRights([], new AuthorizerSettings([])), Unseen: null);
        return await new PortalAttack(_portal, null!, null!, TimeProvider.System).RunAsync(
            new Uri("http://portal/api/v1/"), new IssuedApiToken(new ApiTokenId(Guid.NewGuid()), "token"), ground, acme, _ => null, TestContext.Current.CancellationToken);
    }

    private static CheckedTenant Tenant(string slug) =>
        new(new TenantId(Guid.NewGuid()), TenantSlug.Parse(slug), IsolationLevel.Dedicated, KsqlNames.ServiceId(TenantSlug.Parse(slug)));

    private sealed class Portal : HttpMessageHandler, IHttpClientFactory
    {
        public Dictionary<string, (HttpStatusCode Status, string Body)> Answers { get; } = new(StringComparer.Ordinal)
        {
            ["tenants/acme"] = (HttpStatusCode.OK, """{"tenant":{"slug":"acme"}}"""),
        };

        public List<string> Asked { get; } = [];

        public string? DownAt { get; set; }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery["/api/v1/".Length..];
            Asked.Add(path);
            if (path == DownAt)
            {
                throw new HttpRequestException("refused");
            }

            var isList = !path.StartsWith("tenants/", StringComparison.Ordinal);
            var (status, body) = Answers.GetValueOrDefault(path, isList ? (HttpStatusCode.OK, "[]") : (HttpStatusCode.NotFound, $$"""{"detail":"There is no '{{path}}'.","traceId":"{{Asked.Count}}"}"""));
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
        }
    }
}
