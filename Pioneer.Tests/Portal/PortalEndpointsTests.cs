using System.Net;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>What machines ask of the real portal: health, metrics, and a dashboard that is not for everybody.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class PortalEndpointsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Portal_tells_its_health_and_counts_what_it_did_without_naming_a_tenant()
    {
        await using var portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.Unattended, "--demo", "false"]);
        using var anybody = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = portal.Url };

        Assert.Equal("Healthy", await anybody.GetStringAsync("/health/live", Ct));
        Assert.Equal("Healthy", await anybody.GetStringAsync("/health/ready", Ct));
        await new ApiStory(portal, Ct).CreateTenantAsync("acme", "Acme");
        var metrics = await anybody.GetStringAsync("/metrics", Ct);
        Assert.Matches(@"pioneer_operations_ended(_total)?\{[^}]*kind=""\w*Reconcile\w*""[^}]*\} 1", metrics);
        Assert.Contains("pioneer_operations_duration", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", metrics, StringComparison.Ordinal);

        using var dashboard = await anybody.GetAsync("/operations/hangfire", Ct);
        Assert.Equal(HttpStatusCode.Redirect, dashboard.StatusCode);
        Assert.Contains("/sign-in", dashboard.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_of_an_operation_carries_its_id_and_tenant()
    {
        await using var portal = await PortalProcess.StartAsync(
            Ct, [.. PortalProcess.Unattended, "--demo", "false", "--Connect:Url=http://127.0.0.1:9"]);
        var story = new ApiStory(portal, Ct);
        var accepted = await story.SendAsync(HttpMethod.Post, "tenants", new { slug = "acme", name = "Acme", isolation = "Dedicated" });
        var operation = accepted.GetProperty("operationId").GetString()!;
        await story.UntilAsync("the log has a line of the operation", async () => await LogHasAsync(portal, operation) ? true : (bool?)null);
    }

    private static async Task<bool> LogHasAsync(PortalProcess portal, string operation)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(portal.Data, "logs"), "*.log"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(Ct) is { } line)
            {
                if (line.Contains(operation, StringComparison.Ordinal) && line.Contains("\"Tenant\":\"acme\"", StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
