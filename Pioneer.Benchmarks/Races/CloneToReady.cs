using System.Diagnostics;

namespace Pioneer.Benchmarks.Races;

/// <summary>What a newcomer waits for: a fresh clone, restored, until <c>dotnet run</c> prints the ready line. Building is in it.</summary>
internal static class CloneToReady
{
    /// <summary>Seconds from <c>dotnet run</c> to the ready line, a new clone each time.</summary>
    public static async Task<double[]> MeasureAsync(int rounds, CancellationToken ct)
    {
        var seconds = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            seconds[round] = await MeasureAsync(ct);
        }

        return seconds;
    }

    private static async Task<double> MeasureAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("pioneer-clone-");
        try
        {
            var clone = Path.Combine(folder.FullName, "pioneer");
            await RunAsync("git", ["clone", "--quiet", Repository(), clone], folder.FullName, ct);
            await RunAsync("dotnet", ["restore", "Pioneer.Portal"], clone, ct);
            await RunAsync("dotnet", ["build-server", "shutdown"], clone, ct); // a fresh machine has no warm compiler
            return await UntilReadyAsync(clone, ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> UntilReadyAsync(string clone, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        using var portal = Start(
            "dotnet", ["run", "--no-restore", "--project", "Pioneer.Portal", "--", "--urls", "http://127.0.0.1:0", "--data", Path.Combine(clone, "data")], clone);
        try
        {
            while (await portal.StandardOutput.ReadLineAsync(ct) is { } line)
            {
                if (line.Contains("Pioneer is ready", StringComparison.Ordinal))
                {
                    return watch.Elapsed.TotalSeconds;
                }
            }

            throw new InvalidOperationException("dotnet run ended before the portal was ready.");
        }
        finally
        {
            portal.Kill(entireProcessTree: true);
            await portal.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pioneer.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("--clone must run from a build inside the repository.");
    }

    private static async Task RunAsync(string program, string[] arguments, string folder, CancellationToken ct)
    {
        using var process = Start(program, arguments, folder);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {await output}");
        }
    }

    private static Process Start(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment.Remove("UseSharedCompilation"); // how this machine likes to build is not part of a fresh one
        return Process.Start(start)!;
    }
}
