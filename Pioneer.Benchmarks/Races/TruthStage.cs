using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Sources;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>A tenant with a source, a feed and a subscription of its own, all of its name.</summary>
/// <param name="Slug">Also the role, the table (with <c>_</c>) and the source.</param>
internal sealed record StagedTenant(string Slug)
{
    public string Table => Slug.Replace('-', '_');

    public string Topic => TopicNames.Feed(TenantSlug.Parse(Slug), Slug);

    public string Subscription => "all";
}

/// <summary>
/// What the race stands on: tenants that are fed from PostgreSQL, the status as a client sees it, and the brokers as their administrator does.
/// </summary>
internal sealed class TruthStage : IDisposable
{
    public const string Password = "before-1";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromMinutes(5);
    private readonly PortalProcess _portal;
    private readonly PostgresServer _postgres;
    private readonly MainJobSteps _steps;

    public TruthStage(PortalProcess portal, PostgresServer postgres, KafkaNodes? nodes)
    {
        _portal = portal;
        _postgres = postgres;
        _steps = new MainJobSteps(portal);
        var (bootstrap, user, password) = nodes is null
            ? (portal.Kafka.Address, "pioneer", portal.Kafka.Password)
            : (nodes.Options.BootstrapServers, nodes.Options.Username, nodes.Options.Password);
        Brokers = new AdminClientBuilder(new AdminClientConfig
        {
            BootstrapServers = bootstrap,
            SecurityProtocol = SecurityProtocol.SaslPlaintext,
            SaslMechanism = SaslMechanism.ScramSha256,
            SaslUsername = user,
            SaslPassword = password,
        }).SetLogHandler((_, _) => { }).Build();
    }

    public IAdminClient Brokers { get; }

    public void Dispose() => Brokers.Dispose();

    /// <summary>Makes it and waits until its first row was received and the status says that all is well with it.</summary>
    public async Task<StagedTenant> NewTenantAsync(string slug, CancellationToken ct)
    {
        var tenant = new StagedTenant(slug);
        await _postgres.SqlAsync(
            $"""
            CREATE ROLE {tenant.Table} LOGIN PASSWORD '{Password}' IN ROLE {PostgresServer.AskedForPassword};
            CREATE TABLE {tenant.Table} (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id text NOT NULL, amount bigint NOT NULL);
            GRANT SELECT ON {tenant.Table} TO {tenant.Table};
            """);
        await SendAsync(
            "sources", new { name = slug, kind = "PostgreSql", connectionUrl = _postgres.JdbcUrl, username = tenant.Table, password = Password }, ct);
        await SendAsync("feeds", new
        {
            name = slug,
            source = slug,
            table = tenant.Table,
            kind = "Event",
            keyColumns = new[] { "id" },
            incrementingColumn = "id",
            tenantColumn = "tenant_id",
            pollIntervalMs = 500,
            columns = new object[]
            {
                new { name = "id", sourceType = "bigint", type = "BIGINT", nullable = false },
                new { name = "tenant_id", sourceType = "text", type = "STRING", nullable = false },
                new { name = "amount", sourceType = "bigint", type = "BIGINT", nullable = false },
            },
        }, ct);
        await _steps.DoAsync(HttpMethod.Post, "tenants", new { slug, name = slug, isolation = "Dedicated" }, ct);
        await _steps.GrantAsync(slug, slug, ct);
        var sql = $"SELECT * FROM {tenant.Table.ToUpperInvariant()} EMIT CHANGES;";
        await _steps.DoAsync(HttpMethod.Post, $"tenants/{slug}/subscriptions", new { name = tenant.Subscription, sql }, ct);
        await AddRowsAsync(tenant, 1, ct);
        await UntilAsync(
            $"a row of {slug} has come through", status => UndeliveredOf(status, slug) == 0 && IsFine(status, slug),
            TimeProvider.System.GetUtcNow(), ct);
        return tenant;
    }

    public Task AddRowsAsync(StagedTenant tenant, int rows, CancellationToken ct) =>
        _postgres.SqlAsync($"INSERT INTO {tenant.Table} (tenant_id, amount) SELECT '{tenant.Slug}', n FROM generate_series(1, {rows}) n");

    public Task PauseAsync(StagedTenant tenant, CancellationToken ct) =>
        _steps.DoAsync(HttpMethod.Post, $"tenants/{tenant.Slug}/subscriptions/{tenant.Subscription}:pause", new { }, ct);

    /// <summary>Makes the fault and gives the seconds from then until the status says it.</summary>
    public async Task<double> MeasureAsync(string what, Func<Task> fault, Func<JsonElement, bool> says, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        await fault();
        await UntilAsync(what, says, null, ct);
        return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The brokers' evidence is from after now, and all is well with the tenant.</summary>
    public Task UntilFineAsync(StagedTenant tenant, CancellationToken ct) =>
        UntilAsync($"all is well with {tenant.Slug}", status => IsFine(status, tenant.Slug), TimeProvider.System.GetUtcNow(), ct);

    public Task<JsonElement> StatusAsync(CancellationToken ct) => _portal.Api.GetFromJsonAsync<JsonElement>("recovery/status", ct);

    public async Task UntilAsync(string what, Func<JsonElement, bool> isSo, DateTimeOffset? evidenceAfter, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync(ct);
            var isNew = evidenceAfter is null
                || (status.GetProperty("evidenceAt") is { ValueKind: JsonValueKind.String } at && at.GetDateTimeOffset() > evidenceAfter);
            if (isNew && isSo(status))
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"Not within {Patience.TotalMinutes:0} min: {what}. The status: {status}\n{_portal.Output()}");
            }

            await Task.Delay(Poll, ct);
        }
    }

    /// <summary>What the status says of the tenant; empty where it says nothing or that all is well.</summary>
    public static string TroubleOf(JsonElement status, string slug) =>
        TenantIn(status, slug) is { } tenant && !IsFine(status, slug) ? $"{tenant.GetProperty("level")}: {tenant.GetProperty("sentence")}" : "";

    public static bool IsFine(JsonElement status, string slug) => TenantIn(status, slug)?.GetProperty("level").GetString() is "Fine";

    public static long? UndeliveredOf(JsonElement status, string slug) =>
        TenantIn(status, slug)?.GetProperty("horizon").GetProperty("undelivered").GetInt64();

    private static JsonElement? TenantIn(JsonElement status, string slug)
    {
        foreach (var tenant in status.GetProperty("tenants").EnumerateArray())
        {
            if (tenant.GetProperty("tenant").GetString() == slug)
            {
                return tenant;
            }
        }

        return null;
    }

    private async Task SendAsync(string path, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        using var answer = await _portal.Api.SendAsync(request, ct);
        await MainJobSteps.SucceedAsync(answer, ct);
    }
}
