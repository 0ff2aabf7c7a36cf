using System.Diagnostics;
using Xunit;

namespace Pioneer.Tests.Deployment;

/// <summary>A copy of what compose starts from, in which its scripts may write.</summary>
internal sealed class DeployFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-deploy-").FullName;

    public DeployFolder()
    {
        string[] files = ["docker-compose.yml", "Dockerfile", .. Directory.GetFiles(RepositoryFolder.Of("deploy"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryFolder.Of(), file))
            // what somebody made who uses the repository to run it
            .Where(file => !file.StartsWith("deploy/tls/", StringComparison.Ordinal) && !file.StartsWith("deploy/secrets/", StringComparison.Ordinal))];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Of(file))!);
            File.Copy(RepositoryFolder.Of(file), Of(file));
        }
    }

    public string Of(params ReadOnlySpan<string> parts) => Path.Combine([_folder, .. parts]);

    /// <summary>Runs one of the scripts; its exit code and all it said.</summary>
    public async Task<(int Code, string Said)> RunAsync(string script, string? firstInPath = null)
    {
        var start = new ProcessStartInfo("bash", [Of("deploy", script)])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        start.Environment["PATH"] = $"{firstInPath}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}".TrimStart(Path.PathSeparator);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    public void Dispose() => TestFolder.Delete(_folder);
}
