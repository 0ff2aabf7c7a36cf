using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.KsqlDb;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>A credential goes to the origin that it was configured for, and to no other.</summary>
public sealed class OutgoingCredentialTests
{
    private const string Basic = "Basic cGlvbmVlcjpzM2NyZXQ=";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_gets_its_credential_with_every_call()
    {
        await using var connect = await RecordingServer.StartAsync(context => context.Response.WriteAsync("{}", Ct));
        await using var services = Services(("Connect:Url", connect.Url), ("Connect:Username", "pioneer"), ("Connect:Password", "s3cret"));

        await services.GetRequiredService<ConnectClient>().ListAsync(Ct);
        await services.GetRequiredService<ConnectClient>().RestartAsync("acme.t.payments", onlyFailed: true, Ct);

        Assert.NotEmpty(connect.Credentials);
        Assert.All(connect.Credentials, sent => Assert.Equal(Basic, sent));
    }

    [Fact]
    public async Task Redirect_of_connect_is_told_and_not_followed()
    {
        await using var elsewhere = await RecordingServer.StartAsync(context => context.Response.WriteAsync("{}", Ct));
        await using var connect = await RecordingServer.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = elsewhere.Url + "/connectors";
            return Task.CompletedTask;
        });
        await using var services = Services(("Connect:Url", connect.Url), ("Connect:Username", "pioneer"), ("Connect:Password", "s3cret"));

        var refused = await Assert.ThrowsAsync<ConnectRequestException>(() => services.GetRequiredService<ConnectClient>()
            .PutConfigAsync("acme.t.payments", new Dictionary<string, string> { ["connection.user"] = "reader" }, Ct));

        Assert.Contains($"redirects to {elsewhere.Url}/connectors", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Connect:Url", refused.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Credentials);
    }

    [Fact]
    public async Task Ksql_credential_goes_to_its_own_server_and_a_tenants_server_gets_the_one_that_was_set_for_it()
    {
        await using var shared = await RecordingServer.StartAsync(AnswerKsql);
        await using var tenants = await RecordingServer.StartAsync(AnswerKsql);
        await using var strangers = await RecordingServer.StartAsync(AnswerKsql);
        await using var services = Services(
            ("Ksql:Url", shared.Url), ("Ksql:Username", "pioneer"), ("Ksql:Password", "s3cret"), ("Ksql:Services:acme_", tenants.Url),
            ("Ksql:Credentials:acme:Url", tenants.Url + "/"), ("Ksql:Credentials:acme:Username", "acme"), ("Ksql:Credentials:acme:Password", "own"));
        services.GetRequiredService<KsqlServiceDirectory>().Name("globex_", strangers.Url);
        var ksql = services.GetRequiredService<KsqlDbClient>();

        foreach (var service in new[] { KsqlDbOptions.SharedServiceId, "acme_", "globex_" })
        {
            await ksql.AskAsync(service, "SHOW QUERIES;", Ct);
            await ksql.ExecuteAsync(service, "TERMINATE ALL;", null, Ct);
            await ksql.IsReadyAsync(service, Ct);
        }

        Assert.Equal([Basic, Basic, Basic], shared.Credentials);
        Assert.Equal(Enumerable.Repeat("Basic YWNtZTpvd24=", 3), tenants.Credentials);
        Assert.Equal(["", "", ""], strangers.Credentials);
    }

    [Fact]
    public void Credential_without_a_server_or_a_user_is_refused_with_its_keys()
    {
        using var services = Services(("Ksql:Credentials:acme:Url", "ksql.acme.example"));

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<KsqlDbOptions>>().Value);

        Assert.Contains("Ksql:Credentials:acme:Url 'ksql.acme.example' is no address", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Ksql:Credentials:acme:Username and Ksql:Credentials:acme:Password are needed", refused.Message, StringComparison.Ordinal);
    }

    private static Task AnswerKsql(HttpContext context) => context.Response.WriteAsync(context.Request.Path.Value!.EndsWith("/ksql", StringComparison.Ordinal) ? "[]" : "{}", Ct);

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddPlatformAdapters(configuration).BuildServiceProvider();
    }
}
