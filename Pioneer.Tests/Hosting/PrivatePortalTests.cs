using System.Net;
using System.Net.Sockets;
using System.Text;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>The real portal's process: what it leaves on the disk, whose requests it answers, and what it writes of them.</summary>
public sealed class PrivatePortalTests : IAsyncLifetime
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-private-").FullName;
    private PortalProcess? _portal;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // as a portal of an earlier release left it
            Directory.CreateDirectory(Data, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(Data, (UnixFileMode)0b111_101_101);
        }

        _portal = await PortalProcess.StartAsync(Ct, [.. PortalProcess.WithoutPlatform, .. PortalProcess.Unattended, "--data", Data]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Data_is_closed_to_other_accounts_and_requests_are_one_line_each()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        using var anybody = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _portal!.Url };
        Assert.Equal(HttpStatusCode.OK, (await _portal.Api.GetAsync("tenants", Ct)).StatusCode);
        await AskAsync("/x%0d%0aFORGED-LINE%20INF%20hello", "FORGED-HEADER");
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await anybody.SendAsync(foreign, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _portal.Api.GetAsync("the-last-request", Ct)).StatusCode);

        // a line is written after its request was answered, in no order
        var lines = await LinesUntilAsync("FORGED-LINE", "/api/v1/tenants", "the-last-request");
        Assert.All(lines, line => Assert.Matches("^(20..-|    )", line));
        Assert.Single(lines, line => line.Contains("FORGED-LINE", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/api/v1/tenants", StringComparison.Ordinal) && line.Contains("\"User\":\"token Setup:ApiToken\"", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Data, "*", SearchOption.AllDirectories).Append(Data), IsOpenToOthers);
    }

    // a file that is gone meanwhile is open to nobody
    private static bool IsOpenToOthers(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Commands_verify_the_audit_chain_and_make_a_link_beside_a_portal_that_runs()
    {
        Assert.Matches(@"^0 The audit chain holds: \d+ entries, last hash [0-9a-f]{64}\.", await CommandAsync(Data, "audit", "verify"));
        Assert.Matches(@"^0 Choose a new password: \S+/join\?token=\S+", await CommandAsync(Data, "account", "link", PortalProcess.AdminEmail));
        Assert.Matches("^1 There is no account 'nobody@bank.example'", await CommandAsync(Data, "account", "link", "nobody@bank.example"));
        Assert.Matches("^2 The portal's database .* cannot be read", await CommandAsync(Path.Combine(_folder, "elsewhere"), "audit", "verify"));
        Assert.Matches("^2 Commands:", await CommandAsync(Data, "audit", "verfy"));

        await using (var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Data, "pioneer.db")};Pooling=false"))
        {
            await db.OpenAsync(Ct);
            await using var tamper = db.CreateCommand();
            tamper.CommandText = "UPDATE AuditEntries SET ActorName = 'somebody else' WHERE Sequence = 1";
            Assert.Equal(1, await tamper.ExecuteNonQueryAsync(Ct));
        }

        Assert.Matches("^1 The audit chain is broken after 0 entries: Entry 1 ", await CommandAsync(Data, "audit", "verify"));
    }

    // exit code and what was printed
    private static async Task<string> CommandAsync(string data, params string[] words)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "Pioneer.Portal.dll") }.Concat(words).Append("--data").Append(data))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = System.Diagnostics.Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return $"{process.ExitCode} {printed}";
    }

    // by hand: a client library would straighten the path
    private async Task AskAsync(string path, string agent)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_portal!.Url.Host, _portal.Url.Port, Ct);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"), Ct);
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync(Ct);
    }

    private Task<List<string>> LinesUntilAsync(params string[] markers) => Wait.ForAsync(
        $"{string.Join(", ", markers)} in the log", LinesAsync,
        lines => markers.All(marker => lines.Exists(line => line.Contains(marker, StringComparison.Ordinal))));

    private async Task<List<string>> LinesAsync()
    {
        var lines = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Data, "logs"), "*.log"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            lines.AddRange((await reader.ReadToEndAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }
}
