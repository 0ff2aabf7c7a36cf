using System.Text;
using Pioneer.Tests.Sources;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>A source's password on the real portal with its embedded platform: the database gets it, and no file does.</summary>
[Collection(WholePlatformCollection.Name)]
public sealed class SealedPasswordStoryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Password = "S3cret-of-the-bank";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connector_reads_with_the_password_before_and_after_a_kill_and_no_file_under_data_holds_it()
    {
        Assert.SkipWhen(postgres.Missing is not null, postgres.Missing ?? "");
        await postgres.SqlAsync(
            $"""
            CREATE ROLE {PostgresFixture.AskedForPassword} LOGIN PASSWORD '{Password}';
            CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id text NOT NULL);
            GRANT SELECT ON orders TO {PostgresFixture.AskedForPassword};
            INSERT INTO orders VALUES (1, 'acme'), (2, 'acme');
            """);
        await using var portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.Unattended, "--demo", "false"]);
        var story = new ApiStory(portal, Ct);
        await story.SendAsync(
            HttpMethod.Post, "sources", new { name = "bank", kind = "PostgreSql", connectionUrl = postgres.JdbcUrl, username = PostgresFixture.AskedForPassword, password = Password });
        await story.SendAsync(HttpMethod.Post, "feeds", new
        {
            name = "orders", source = "bank", table = "orders", kind = "Event", keyColumns = new[] { "id" }, incrementingColumn = "id", tenantColumn = "tenant_id",
            pollIntervalMs = 100, columns = new object[] { new { name = "id", sourceType = "bigint", type = "BIGINT", nullable = false }, new { name = "tenant_id", sourceType = "text", type = "STRING" } },
        });
        await story.CreateTenantAsync("acme", "Acme");
        await story.GrantAsync("acme", "orders");
        await ArrivedAsync(portal, story, 2);

        await portal.KillAsync();
        await postgres.SqlAsync("INSERT INTO orders VALUES (3, 'acme')");
        await portal.StartAgainAsync(Ct);
        await ArrivedAsync(portal, story, 3);
        Assert.Empty(await story.PlanAsync("acme"));
        Assert.DoesNotContain(Password, portal.Output(), StringComparison.Ordinal);

        await portal.KillAsync();
        Assert.NotEmpty(FilesWith(portal, "${pioneer:bank:password}"));
        Assert.Empty(FilesWith(portal, Password));
    }

    /// <summary>No API shows single records of a feed, so they are looked for in the broker's log.</summary>
    private static Task ArrivedAsync(PortalProcess portal, ApiStory story, int id) => story.UntilAsync(
        $"order {id} is in the log of acme.t.orders",
        () => Task.FromResult(FilesWith(portal, $"{{\"ID\":{id}}}", "/acme.t.orders-").Count > 0 ? true : (bool?)null));

    private static List<string> FilesWith(PortalProcess portal, string text, string where = "/") =>
        [.. Directory.EnumerateFiles(portal.Data, "*", SearchOption.AllDirectories)
            .Where(file => file.Contains(where, StringComparison.Ordinal) && Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)];

    /// <summary>The file as it is; empty where it has gone meanwhile.</summary>
    private static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            return copy.ToArray();
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
