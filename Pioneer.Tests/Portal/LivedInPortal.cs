using Pioneer.Tests.Stories;

namespace Pioneer.Tests.Portal;

/// <summary>A portal in which every page has something to show: a tenant with feeds, subscriptions, a credential, a finished seed run, a drill.</summary>
public sealed class LivedInPortal : PortalBrowser
{
    public string SeedRun { get; private set; } = "";

    public string PlaybookRun { get; private set; } = "";

    public string Incident { get; private set; } = "";

    public string Operation { get; private set; } = "";

    protected override IReadOnlyList<string> Settings => [.. base.Settings, .. PortalProcess.Unattended];

    private protected override async Task FillAsync(ApiStory story)
    {
        await story.CreateTenantAsync("acme", "Acme Bank");
        await story.CreateTenantAsync("globex", "Globex");
        await story.GrantAsync("acme", "payments");
        await story.GrantAsync("acme", "balances");
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name = "large-payments", sql = "SELECT * FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;" });
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name = "my-balances", sql = "SELECT * FROM BALANCES EMIT CHANGES;" });
        await story.DoAsync(HttpMethod.Post, "tenants/acme/credentials", new { name = "reporting" });

        var job = await story.SendAsync(HttpMethod.Post, "tenants/acme/seeds", new { name = "first-state", subscription = "my-balances" });
        var seeded = await story.DoAsync(HttpMethod.Post, $"tenants/acme/seeds/{job.GetProperty("id").GetString()}:run");
        SeedRun = seeded.GetProperty("runId").GetString()!;
        Operation = seeded.GetProperty("operationId").GetString()!;

        await story.DoAsync(HttpMethod.Post, "tenants/acme/isolation:check");
        var drilled = await story.DoAsync(HttpMethod.Post, "recovery/drills", new { scenario = "S10", subject = "acme.t.payments" });
        PlaybookRun = drilled.GetProperty("runId").GetString()!;
        Incident = (await story.GetAsync($"recovery/runs/{PlaybookRun}")).GetProperty("incident").GetProperty("id").GetString()!;
    }
}
