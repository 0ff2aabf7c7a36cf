namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>
/// Node.js with kafkajs from npm, installed once into a temporary folder. Where Node.js, npm or the registry is not there, tests say so and
/// skip.
/// </summary>
internal static class NodeTools
{
    private static readonly string[] Packages = ["kafkajs@2.2.4", "kafkajs-snappy@1.1.0"];
    private static readonly Lock Gate = new();
    private static Task<(string? Missing, string Folder)>? _installation;

    /// <summary>Why scripts cannot run here; null when they can.</summary>
    public static async Task<string?> MissingAsync() => (await Installation).Missing;

    /// <summary>Runs an ES module beside the packages; it has to end by itself.</summary>
    public static async Task<ToolRun> RunAsync(string script)
    {
        var file = Path.Combine((await Installation).Folder, $"{Guid.CreateVersion7():N}.mjs");
        await File.WriteAllTextAsync(file, script);
        return await ToolRun.StartAsync("node", [file]);
    }

    private static Task<(string? Missing, string Folder)> Installation
    {
        get
        {
            lock (Gate)
            {
                return _installation ??= InstallAsync();
            }
        }
    }

    private static async Task<(string? Missing, string Folder)> InstallAsync()
    {
        if (FindProgram("node") is null || FindProgram("npm") is null)
        {
            return ("Node.js with npm is not installed.", "");
        }

        var folder = Directory.CreateTempSubdirectory("pioneer-node-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestFolder.Delete(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), "{\"private\":true}");
        try
        {
            var run = await ToolRun.StartAsync("npm",
                ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", .. Packages]);
            return (run.ExitCode == 0 ? null : $"npm could not install {string.Join(' ', Packages)}: {run.Errors.Trim()}", folder);
        }
        catch (TimeoutException late)
        {
            return ($"npm did not install {string.Join(' ', Packages)}: {late.Message}", folder);
        }
    }

    private static string? FindProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
