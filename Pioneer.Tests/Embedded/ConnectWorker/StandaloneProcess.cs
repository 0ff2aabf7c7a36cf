using System.Diagnostics;
using System.Text.Json.Nodes;
using Pioneer.Embedded;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>Pioneer.Embedded as a process of its own, so that it can be killed.</summary>
public sealed class StandaloneProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;
    private readonly bool _ownsDirectory;

    private StandaloneProcess(Process process, JsonNode ready, string directory, bool ownsDirectory)
    {
        _process = process;
        Ready = ready;
        _directory = directory;
        _ownsDirectory = ownsDirectory;
    }

    public JsonNode Ready { get; }

    public string ConnectUrl => Ready["connect"]!.ToString();

    public int ExitCode => _process.ExitCode;

    /// <summary>Only the Connect worker, against a cluster that runs elsewhere.</summary>
    public static Task<StandaloneProcess> StartAsync(KafkaConnection kafka)
    {
        var arguments = new List<string>
        {
            "--ksql", "off", "--connect", "127.0.0.1:0", $"--Kafka:BootstrapServers={kafka.BootstrapServers}",
        };
        if (kafka.Username is not null)
        {
            arguments.AddRange(
            [
                $"--Kafka:SecurityProtocol={kafka.SecurityProtocol}", $"--Kafka:SaslMechanism={kafka.SaslMechanism}",
                $"--Kafka:Username={kafka.Username}", $"--Kafka:Password={kafka.Password}",
            ]);
        }

        return StartAsync(arguments, null);
    }

    /// <summary>With the given switches over a folder that outlives the process, or one of its own.</summary>
    public static async Task<StandaloneProcess> StartAsync(IEnumerable<string> arguments, string? directory)
    {
        var data = directory ?? Directory.CreateTempSubdirectory("pioneer-embedded-").FullName;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { typeof(EmbeddedPlatform).Assembly.Location, "--data", data }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var errors = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Patience.Usual);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException($"The process ended without a ready line: {errors}");
        return new StandaloneProcess(process, JsonNode.Parse(line)!, data, directory is null);
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var limit = new CancellationTokenSource(Patience.Usual);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_ownsDirectory)
        {
            TestFolder.Delete(_directory);
        }
    }
}
