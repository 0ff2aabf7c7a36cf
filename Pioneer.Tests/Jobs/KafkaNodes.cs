using System.Diagnostics;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// Three secured Apache Kafka nodes from ../shared/kafka. PIONEER_TEST_KAFKA="bootstrap user password" uses a cluster that runs already.
/// </summary>
public class KafkaNodes : IAsyncDisposable
{
    // the script puts its nodes ten ports apart
    private const int PortsOfNodes = 30;

    private static readonly int[] Nodes = [1, 2, 3];

    private string? _directory;

    /// <summary>Why there is no cluster; null when there is one.</summary>
    public string? Missing { get; private set; }

    /// <summary>False for a cluster that ran already: it is not ours to crash.</summary>
    public bool IsOurs => _directory is not null;

    public KafkaOptions Options { get; private set; } = new();

    /// <summary>The same for programs of the embedded platform.</summary>
    public Pioneer.Embedded.Ksql.KafkaConnection Connection => new(Options.BootstrapServers, Options.SecurityProtocol, Options.SaslMechanism, Options.Username, Options.Password);

    /// <summary>Settings of the nodes beyond the script's own, such as <c>log.retention.ms=1000</c>.</summary>
    protected virtual string[] Settings => [];

    /// <summary>Starts the nodes; where the folder or Java is missing, says so in <see cref="Missing"/>.</summary>
    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("PIONEER_TEST_KAFKA")?.Split(' ') is [var bootstrap, var user, var password])
        {
            Options = OptionsFor(bootstrap, user, password);
            return;
        }

        if (KafkaScripts.Missing is { } missing)
        {
            Missing = missing;
            return;
        }

        _directory = Directory.CreateTempSubdirectory("pioneer-kafka-").FullName;
        string[] where = ["start", _directory, "--brokers", $"{Nodes.Length}", "--port", $"{TestPorts.NextRow(PortsOfNodes)}", "--secure"];
        var output = await ScriptAsync("cluster", [.. where, .. Settings.SelectMany(setting => new[] { "--set", setting })]);
        Options = OptionsFor(output.Trim().Split('\n')[^1], "admin", "admin-secret");
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is not null)
        {
            await ScriptAsync("cluster", "stop", _directory);
            TestFolder.Delete(_directory);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Runs one of Kafka's own programs against the cluster and gives its output.</summary>
    public Task<string> ToolAsync(string name, params string[] arguments) => ScriptAsync(
        "kt", [name, "--bootstrap-server", Options.BootstrapServers, "--command-config", Path.Combine(_directory!, "admin.properties"), .. arguments]);

    /// <summary>Runs one of the folder's scripts and gives its output.</summary>
    public Task<string> ScriptAsync(string name, params string[] arguments) => RunAsync(KafkaScripts.Find(name)!, arguments);

    /// <summary>
    /// Has the nodes lose all SCRAM-SHA-512 users when they read their metadata anew: Kafka 4.2 does, by chance, where a deleted user comes first in
    /// the order of a Java map (<c>ScramDelta.apply</c>). Users of SCRAM-SHA-256, the administrator among them, stay.
    /// </summary>
    public async Task ForgetUsersOnRestartAsync()
    {
        var first = Enumerable.Range(0, int.MaxValue).Select(number => $"leaver{number}").First(ComesFirstInJava);
        await ToolAsync("configs", "--alter", "--entity-type", "users", "--entity-name", first, "--add-config", "SCRAM-SHA-512=[password=soon-gone]");
        await ToolAsync("configs", "--alter", "--entity-type", "users", "--entity-name", first, "--delete-config", "SCRAM-SHA-512");
    }

    /// <summary>Whether java.util.HashMap has the text in its first bucket, with up to a thousand of them.</summary>
    private static bool ComesFirstInJava(string text)
    {
        var hash = text.Aggregate(0u, (sum, letter) => unchecked((31 * sum) + letter));
        return ((hash ^ (hash >> 16)) & 1023) == 0;
    }

    /// <summary>Ends every node by SIGKILL.</summary>
    public async Task CrashAsync()
    {
        foreach (var node in Nodes)
        {
            await CrashAsync(node);
        }
    }

    /// <summary>Ends one node by SIGKILL; the others go on.</summary>
    public Task CrashAsync(int node) => ScriptAsync("cluster", "kill", _directory!, $"{node}");

    /// <summary>Starts one node again on its data.</summary>
    public Task StartAgainAsync(int node) => ScriptAsync("cluster", "up", _directory!, $"{node}");

    /// <summary>Starts the nodes again on their data.</summary>
    public Task StartAgainAsync() => ScriptAsync("cluster", "start", _directory!);

    private static KafkaOptions OptionsFor(string bootstrap, string user, string password) => new()
    {
        BootstrapServers = bootstrap,
        SecurityProtocol = "SASL_PLAINTEXT",
        SaslMechanism = "SCRAM-SHA-256",
        Username = user,
        Password = password,
    };

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
