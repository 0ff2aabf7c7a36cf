using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        // an operation is counted a moment after its end can be read
        var metrics = await Wait.ForAsync(
            "the metrics to count the operation", () => anybody.GetStringAsync("/metrics", Ct), text => text.Contains("pioneer_operations_duration_seconds_bucket", StringComparison.Ordinal));
        Assert.Matches(@"# TYPE pioneer_operations_ended_total counter\n", metrics);
        Assert.Matches(@"pioneer_operations_ended_total\{[^}]*kind=""\w*Reconcile\w*""[^}]*\} 1", metrics);
        Assert.Matches(@"pioneer_operations_duration_seconds_bucket\{[^}]*kind=""\w*Reconcile\w*""[^}]*le=""0.25""\}", metrics);
        Assert.Contains("dotnet_gc_collections_total", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", metrics, StringComparison.Ordinal);

        using var dashboard = await anybody.GetAsync("/operations/hangfire", Ct);
        Assert.Equal(HttpStatusCode.Redirect, dashboard.StatusCode);
        Assert.Contains("/sign-in", dashboard.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collector_that_is_named_gets_figures_and_the_trace_of_a_plan()
    {
        var traces = new ConcurrentQueue<string>();
        var figures = new ConcurrentQueue<string>();
        await using var collector = WebApplication.CreateSlimBuilder().Build();
        collector.Urls.Add($"http://{TestPorts.NextEndpoint()}");
        collector.MapPost("/v1/traces", (HttpRequest request) => TakeAsync(request, traces));
        collector.MapPost("/v1/metrics", (HttpRequest request) => TakeAsync(request, figures));
        await collector.StartAsync(Ct);
        await using var portal = await PortalProcess.StartAsync(Ct,
        [
            .. PortalProcess.Unattended, "--demo", "false", $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "--OTEL_BSP_SCHEDULE_DELAY=200", "--OTEL_METRIC_EXPORT_INTERVAL=500",
        ]);
        var story = new ApiStory(portal, Ct);

        await story.CreateTenantAsync("acme", "Acme");

        // spans end from the inside out: the operation's comes last, and with it everything of the plan was sent
        await story.UntilAsync("the collector has the operation", () => Task.FromResult<bool?>(Has(traces, "operation Reconcile") ? true : null));
        Assert.All(["pioneer-portal", "plan", "apply Create acl"], text => Assert.True(Has(traces, text), text));
        await story.UntilAsync("the collector has the figures", () => Task.FromResult<bool?>(Has(figures, "pioneer.operations.ended") ? true : null));
    }

    // Protobuf keeps text as it is
    private static async Task TakeAsync(HttpRequest request, ConcurrentQueue<string> taken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, Ct);
        taken.Enqueue(Encoding.UTF8.GetString(body.ToArray()));
    }

    private static bool Has(ConcurrentQueue<string> taken, string text) => taken.Any(body => body.Contains(text, StringComparison.Ordinal));

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
