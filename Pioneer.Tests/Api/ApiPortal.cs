using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;
using Pioneer.Tests.Persistence;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Api;

/// <summary>The real portal on a free port of this process, with the tenants acme and globex and no cluster: what the API answers by itself.</summary>
public sealed class ApiPortal : IAsyncLifetime
{
    private readonly string[] _settings;
    private readonly string _data = Directory.CreateTempSubdirectory("pioneer-api-").FullName;
    private WebApplication? _app;

    public ApiPortal() : this(["--Api:Burst=100000"])
    {
    }

    internal ApiPortal(string[] settings) => _settings = settings;

    /// <summary>Where a request meets a bug.</summary>
    public const string Broken = "/api/v1/_broken";

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every address that the portal answers.</summary>
    public IEnumerable<RouteEndpoint> Endpoints => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Where the portal listens.</summary>
    public Uri Url => new(_app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>The portal's own services.</summary>
    internal IServiceProvider Services => _app!.Services;

    /// <summary>A platform admin's client.</summary>
    public HttpClient Admin { get; private set; } = null!;

    /// <summary>What the portal's log holds by now.</summary>
    public string Log => string.Concat(Directory.EnumerateFiles(Path.Combine(_data, "logs")).Select(file =>
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }));

    public async ValueTask InitializeAsync()
    {
        _app = await PortalApplication.BuildAsync(
        [
            .. PortalProcess.WithoutPlatform, "--Jobs:Workers=0", "--urls=http://127.0.0.1:0", $"--data={_data}", $"--Setup:ApiToken={PortalProcess.ApiToken}",
            "--Serilog:MinimumLevel:Default=Fatal", "--Serilog:MinimumLevel:Override:Polly=Fatal", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Diagnostics=Error",
            .. _settings,
        ]);
        _app.MapGet(Broken, string () => throw new InvalidOperationException("secret of the inside")).AllowAnonymous();
        await _app.StartPortalAsync(Token);
        Admin = NewClient(PortalProcess.ApiToken);
        foreach (var slug in new[] { "acme", "globex" })
        {
            using var created = await Admin.PostAsJsonAsync("tenants", new { slug, name = slug }, Token);
            Assert.True(created.StatusCode == HttpStatusCode.Accepted, $"{created.StatusCode}: {await created.Content.ReadAsStringAsync(Token)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        await DatabaseFolder.DeleteAsync(_data);
    }

    /// <summary>A client with a token, or with none.</summary>
    public HttpClient NewClient(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Url, "/api/v1/"), Timeout = Patience.Usual };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A client that may what a member of one tenant may.</summary>
    public async Task<HttpClient> MemberAsync(string tenant, TenantRole role, DateTimeOffset? expires = null) =>
        NewClient((await IssueAsync(new ApiTokenRequest($"{role} of {tenant}", PlatformRole.None, role, [tenant], expires))).Token);

    public async Task<IssuedApiToken> IssueAsync(ApiTokenRequest request) =>
        (await UseAsync<ManageApiTokens, Result<IssuedApiToken>>(tokens => tokens.IssueAsync(Actors.Admin, request, Token))).Value;

    /// <summary>The feeds payments and balances of a bank, three partitions each, granted to acme.</summary>
    public Task GrantFeedsAsync() => UseAsync<IServiceProvider, bool>(async services =>
    {
        var source = new SourceRequest("bank", SourceKind.PostgreSql, "jdbc:postgresql://db:5432/bank", "reader", "s3cret");
        if ((await services.GetRequiredService<ManageSources>().AddAsync(Actors.Admin, source, Token)).IsFailure)
        {
            return false;
        }

        foreach (var (name, kind) in new[] { ("payments", FeedKind.Event), ("balances", FeedKind.State) })
        {
            Assert.Null((await services.GetRequiredService<ManageFeeds>().DefineAsync(Actors.Admin, Requests.Feed(name, kind) with { Partitions = 3 }, Token)).Error);
        }

        EntitlementChange[] changes = [new("acme", "payments", Granted: true), new("acme", "balances", Granted: true)];
        Assert.Null((await services.GetRequiredService<SetEntitlements>().ExecuteAsync(Actors.Admin, changes, Token)).Error);
        return true;
    });

    /// <summary>Uses a service of the portal in a scope that sees everything.</summary>
    public async Task<TResult> UseAsync<TService, TResult>(Func<TService, Task<TResult>> use) where TService : notnull
    {
        await using var scope = _app!.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Sends a text as JSON and reads the answer.</summary>
    public static async Task<ApiAnswer> SendAsync(
        HttpClient client, HttpMethod method, string path, string? json = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        var type = response.Content.Headers.ContentType?.MediaType;
        return new ApiAnswer(
            response.StatusCode, type, text, type?.EndsWith("json", StringComparison.Ordinal) is true ? JsonSerializer.Deserialize<JsonElement>(text) : default,
            response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>An answer of the API, read to its end.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, string? Type, string Text, JsonElement Json, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The answer is a problem that says code, reason, way out and where to look in the log.</summary>
    public void IsProblem(HttpStatusCode status, string code)
    {
        Assert.True(Status == status && Type == "application/problem+json", $"{(int)Status} {Type}: {Text}");
        Assert.Equal(code, Json.GetProperty("code").GetString());
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.NotEmpty(Json.GetProperty("title").GetString()!);
        Assert.NotEmpty(Json.GetProperty("hint").GetString()!);
        Assert.NotEmpty(Json.GetProperty("traceId").GetString()!);
    }
}
