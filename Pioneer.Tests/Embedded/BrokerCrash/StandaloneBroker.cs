using System.Diagnostics;
using System.Globalization;

namespace Pioneer.Tests.Embedded.BrokerCrash;

/// <summary>The embedded broker as a process of its own, to be killed: on a port and a directory that outlive each run.</summary>
internal sealed class StandaloneBroker : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-crash-").FullName;
    private readonly int _port = TestPorts.Next();
    private Process? _process;

    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Starts the program and waits for the line that says it can be used.</summary>
    public async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Pioneer.Embedded.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet",
            [program, "--data", _directory, "--kafka", Bootstrap, "--kafka-sasl", "off", "--ksql", "off", "--connect", "off"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _process.BeginErrorReadLine(); // its log: read, so that it never blocks, and dropped
        using var limit = new CancellationTokenSource(Patience.Usual);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("\"ready\":true", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"the embedded platform ended with {_process.ExitCode} before it was ready");
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        TestFolder.Delete(_directory);
    }
}
