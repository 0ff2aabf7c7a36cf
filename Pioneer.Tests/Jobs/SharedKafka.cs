using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// Three secured Apache Kafka nodes from ../shared/kafka, started once for all tests of the collection. Where the folder or Java is missing the
/// tests skip with a sentence. PIONEER_TEST_KAFKA="bootstrap user password" uses a cluster that runs already.
/// </summary>
public sealed class SharedKafka : IAsyncLifetime
{
    private string? _directory;

    /// <summary>Why there is no cluster; null when there is one.</summary>
    public string? Missing { get; private set; }

    public KafkaOptions Options { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("PIONEER_TEST_KAFKA")?.Split(' ') is [var bootstrap, var user, var password])
        {
            Options = OptionsFor(bootstrap, user, password);
            return;
        }

        var script = FindScript();
        if (script is null || !Exists("/usr/bin/java"))
        {
            Missing = "Apache Kafka is not present (../shared/kafka or Java is missing), so this was not checked against it.";
            return;
        }

        _directory = Directory.CreateTempSubdirectory("pioneer-kafka-").FullName;
        var output = await RunAsync(script, ["start", _directory, "--brokers", "3", "--port", FreeBasePort().ToString(), "--secure"]);
        Options = OptionsFor(output.Trim().Split('\n')[^1], "admin", "admin-secret");
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is not null)
        {
            await RunAsync(FindScript()!, ["stop", _directory]);
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>Runs one of Kafka's own programs against the cluster and gives its output.</summary>
    public async Task<string> ToolAsync(string name, params string[] arguments)
    {
        var tool = Path.Combine(Path.GetDirectoryName(FindScript())!, "kt");
        return await RunAsync(tool, [name, "--bootstrap-server", Options.BootstrapServers, "--command-config", Path.Combine(_directory!, "admin.properties"), .. arguments]);
    }

    /// <summary>Runs one of the folder's scripts and gives its output.</summary>
    public Task<string> ScriptAsync(string name, params string[] arguments) =>
        RunAsync(Path.Combine(Path.GetDirectoryName(FindScript())!, name), arguments);

    private static KafkaOptions OptionsFor(string bootstrap, string user, string password) => new()
    {
        BootstrapServers = bootstrap,
        SecurityProtocol = "SASL_PLAINTEXT",
        SaslMechanism = "SCRAM-SHA-256",
        Username = user,
        Password = password,
    };

    private static string? FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var candidate in new[] { "shared/kafka/bin/cluster", "../shared/kafka/bin/cluster" })
            {
                var path = Path.GetFullPath(Path.Combine(folder.FullName, candidate));
                if (Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }

    private static bool Exists(string path) => File.Exists(path);

    private static int FreeBasePort()
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            var port = Random.Shared.Next(20000, 30000) / 100 * 100;
            if (Enumerable.Range(0, 30).All(IsFree))
            {
                return port;
            }

            bool IsFree(int offset)
            {
                try
                {
                    using var probe = new TcpListener(IPAddress.Loopback, port + offset);
                    probe.Start();
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        }

        throw new InvalidOperationException("No thirty free ports in a row were found.");
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        // the nodes inherit the pipe of standard error, so only standard output is read to its end
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }
}

/// <summary>Tests that share the three nodes; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedKafkaCollection : ICollectionFixture<SharedKafka>
{
    public const string Name = "three secured Apache Kafka nodes";
}
