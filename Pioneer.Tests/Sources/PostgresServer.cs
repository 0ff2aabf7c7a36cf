using System.Diagnostics;
using Npgsql;

namespace Pioneer.Tests.Sources;

/// <summary>A PostgreSQL server of its own on loopback, where its programs are installed (Debian's postgresql).</summary>
public class PostgresServer : IAsyncDisposable
{
    /// <summary>The role that the server asks for a password, with its members, once somebody has made it. All others are let in.</summary>
    public const string AskedForPassword = "sealed";

    private const string Versions = "/usr/lib/postgresql";

    private static readonly string Programs = Directory.Exists(Versions)
        ? Directory.GetDirectories(Versions).Select(version => version + "/bin").FirstOrDefault(bin => File.Exists(bin + "/postgres")) ?? ""
        : "";

    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-postgres-").FullName;
    private readonly int _port = TestPorts.Next();

    /// <summary>Why there is no server; null when there is one.</summary>
    public string? Missing { get; private set; }

    public string JdbcUrl => $"jdbc:postgresql://127.0.0.1:{_port}/postgres";

    /// <summary>A connection of the test's own, as the owner of everything; open.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_port};Username=bank;Database=postgres;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Makes the server and starts it; where its programs are not, says so in <see cref="Missing"/>.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Programs.Length == 0)
        {
            Missing = $"PostgreSQL is not present ({Versions}/*/bin), so the JDBC source was not checked against it.";
            return;
        }

        // PostgreSQL refuses to run as root
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "-R", "nobody", _directory);
        }

        await RunAsNobodyAsync(Programs + "/initdb", "-D", _directory + "/data", "-U", "bank", "-A", "trust", "--no-sync", "-E", "UTF8", "--no-instructions");
        var rules = _directory + "/data/pg_hba.conf";
        await File.WriteAllTextAsync(rules, $"host all +{AskedForPassword} 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(rules)}");
        await StartServerAsync();
    }

    public Task StartServerAsync() => RunAsNobodyAsync(
        Programs + "/pg_ctl", "-D", _directory + "/data", "-w", "-l", _directory + "/log",
        "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off", "start");

    public Task StopServerAsync() => RunAsNobodyAsync(Programs + "/pg_ctl", "-D", _directory + "/data", "-m", "immediate", "-w", "stop");

    public async Task SqlAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Missing is null)
        {
            await StopServerAsync();
        }

        TestFolder.Delete(_directory);
        GC.SuppressFinalize(this);
    }

    private static Task RunAsNobodyAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "nobody", "--", program, .. arguments])
        : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = "/tmp", RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
        }
    }
}
