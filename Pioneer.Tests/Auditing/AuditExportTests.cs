using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;
using Pioneer.Tests.Api;
using Xunit;

namespace Pioneer.Tests.Auditing;

/// <summary>The audit log goes out as it happens, to a file and to a webhook that refuses at first: everything, in order, signed.</summary>
public sealed class AuditExportTests : IAsyncLifetime
{
    private const string Secret = "shared with the receiver";

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-audit-").FullName;
    private readonly ConcurrentQueue<JsonElement> _posted = new();
    private readonly WebApplication _receiver;
    private ApiPortal? _portal;
    private int _refusals = 2;

    public AuditExportTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.MapPost("/audit", TakeAsync);
    }

    private string Log => Path.Combine(_folder, "audit.ndjson");

    public async ValueTask InitializeAsync()
    {
        await _receiver.StartAsync(ApiPortal.Token);
        _portal = new ApiPortal(
            ["--Api:Burst=100000", $"--Audit:Export:Path={Log}", $"--Audit:Export:Webhook={_receiver.Urls.First()}/audit", $"--Audit:Export:WebhookSecret={Secret}"]);
        await _portal.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        await _receiver.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Receivers_get_every_entry_in_order_though_one_refuses_at_first()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await ApiPortal.SendAsync(_portal!.Admin, HttpMethod.Delete, $"tokens/{(await _portal.IssueAsync(new("t", PlatformRole.Operator, null, [], null))).Id}")).Status);
        var wanted = await _portal.UseAsync<PioneerDbContext, List<string?>>(db => db.AuditEntries.OrderBy(entry => entry.Sequence).Select(entry => entry.Hash).ToListAsync(ApiPortal.Token));
        Assert.Contains(wanted, hash => hash is { Length: 64 });

        await Wait.UntilAsync(() => _posted.Count >= wanted.Count && Lines().Length >= wanted.Count);

        Assert.Equal(wanted, _posted.Select(entry => entry.GetProperty("hash").GetString()).Take(wanted.Count));
        Assert.Equal(wanted, Lines().Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("hash").GetString()).Take(wanted.Count));
        Assert.Equal(0, _refusals);
    }

    [Theory]
    [InlineData("http://siem.bank.example/audit", Secret, "https")]
    [InlineData("https://siem.bank.example/audit", "", "WebhookSecret")]
    public async Task Receiver_that_would_be_read_along_or_cannot_tell_who_posts_is_refused_at_start(string webhook, string secret, string said)
    {
        var refused = await Assert.ThrowsAsync<StartException>(() => PortalApplication.BuildAsync(
            [.. Stories.PortalProcess.WithoutPlatform, $"--data={_folder}/other", $"--Audit:Export:Webhook={webhook}", $"--Audit:Export:WebhookSecret={secret}"]));

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_that_is_refused_leaves_no_platform_running_on_its_data()
    {
        string[] settings = ["--urls=http://127.0.0.1:0", "--demo=false", $"--data={_folder}/other"];
        await Assert.ThrowsAsync<StartException>(() => PortalApplication.BuildAsync([.. settings, "--Audit:Export:Webhook=http://siem.bank.example/audit"]));

        // a broker that still ran would hold the folder
        await using var portal = await PortalApplication.BuildAsync(settings);
        await portal.StopAsync(ApiPortal.Token);
    }

    private string[] Lines()
    {
        if (!File.Exists(Log))
        {
            return [];
        }

        using var stream = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var signature = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body.ToArray()))}";
        if (request.Headers["Pioneer-Signature"] != signature)
        {
            return Results.Unauthorized();
        }

        if (_refusals > 0)
        {
            _refusals--;
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        foreach (var entry in JsonSerializer.Deserialize<JsonElement>(body.ToArray()).EnumerateArray())
        {
            _posted.Enqueue(entry.Clone());
        }

        return Results.Ok();
    }
}
