using System.Net;
using System.Net.Http.Json;
using System.Text;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>Who may speak to the worker: whoever has its credential, on every path.</summary>
public sealed class ConnectCredentialTests(CredentialedWorker worker) : IClassFixture<CredentialedWorker>
{
    /// <summary>Every path of the API, and one that there is not, with what the right credential is answered.</summary>
    public static TheoryData<string, string, HttpStatusCode> Paths => new()
    {
        { "GET", "/", HttpStatusCode.OK },
        { "GET", "/health", HttpStatusCode.OK },
        { "GET", "/connectors", HttpStatusCode.OK },
        { "GET", "/connectors?expand=info&expand=status", HttpStatusCode.OK },
        { "POST", "/connectors", HttpStatusCode.BadRequest },
        { "GET", "/connectors/none", HttpStatusCode.NotFound },
        { "GET", "/connectors/none/config", HttpStatusCode.NotFound },
        { "PUT", "/connectors/none/config", HttpStatusCode.BadRequest },
        { "PATCH", "/connectors/none/config", HttpStatusCode.NotFound },
        { "DELETE", "/connectors/none", HttpStatusCode.NotFound },
        { "GET", "/connectors/none/status", HttpStatusCode.NotFound },
        { "GET", "/connectors/none/tasks", HttpStatusCode.NotFound },
        { "GET", "/connectors/none/tasks/0/status", HttpStatusCode.NotFound },
        { "POST", "/connectors/none/tasks/0/restart", HttpStatusCode.NotFound },
        { "POST", "/connectors/none/restart", HttpStatusCode.NotFound },
        { "PUT", "/connectors/none/pause", HttpStatusCode.NotFound },
        { "PUT", "/connectors/none/resume", HttpStatusCode.NotFound },
        { "PUT", "/connectors/none/stop", HttpStatusCode.NotFound },
        { "GET", "/connectors/none/topics", HttpStatusCode.OK },
        { "PUT", "/connectors/none/topics/reset", HttpStatusCode.Accepted },
        { "GET", "/connectors/none/offsets", HttpStatusCode.NotFound },
        { "PATCH", "/connectors/none/offsets", HttpStatusCode.BadRequest },
        { "DELETE", "/connectors/none/offsets", HttpStatusCode.NotFound },
        { "GET", "/connector-plugins", HttpStatusCode.OK },
        { "GET", "/connector-plugins/none/config", HttpStatusCode.NotFound },
        { "PUT", "/connector-plugins/none/config/validate", HttpStatusCode.BadRequest },
        { "GET", "/admin/loggers", HttpStatusCode.OK },
        { "GET", "/admin/loggers/root", HttpStatusCode.OK },
        { "GET", "/no-such-path", HttpStatusCode.NotFound },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_answers_the_credential_and_nobody_else(string method, string path, HttpStatusCode answer)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(method, path, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(method, path, $"{CredentialedWorker.User}:wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(method, path, $"somebody:{CredentialedWorker.Password}"));
        Assert.Equal(answer, await AskAsync(method, path, $"{CredentialedWorker.User}:{CredentialedWorker.Password}"));
    }

    private async Task<HttpStatusCode> AskAsync(string method, string path, string? credential)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var request = new HttpRequestMessage(new HttpMethod(method), worker.Url + path);
        if (method is "PUT" or "PATCH" or "POST")
        {
            request.Content = JsonContent.Create(new Dictionary<string, string>());
        }

        request.Headers.Authorization = credential is null ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)));
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }

        return answer.StatusCode;
    }
}

/// <summary>A worker that asks for a credential, for all tests of a class.</summary>
public sealed class CredentialedWorker : IAsyncLifetime
{
    internal const string User = "pioneer", Password = "a password of the test";

    private readonly EmbeddedBrokerFixture _broker = new();
    private ConnectKit _kit = null!;

    public string Url => _kit.Url;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        _kit = new ConnectKit(_broker.Platform.Kafka!);
        await _kit.StartWorkerAsync(options => options with { BasicUser = User, BasicPassword = Password });
    }

    public async ValueTask DisposeAsync()
    {
        await _kit.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
