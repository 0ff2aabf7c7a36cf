using System.Reflection;
using System.Runtime.InteropServices;

namespace Pioneer.Kafka.Protocol.Client;

/// <summary>
/// The native library of Confluent.Kafka is the one of its package, never one that the machine has. The package's default build for Linux needs
/// Cyrus SASL, which Debian names otherwise; the loader then takes any <c>librdkafka.so</c> of the system, whichever release that is, and the process
/// ends in the middle of consuming when an entry point is missing. The package's other builds need nothing and hold the same functions.
/// </summary>
public static class NativeKafka
{
    private const string Library = "librdkafka";

    private static readonly Lock Once = new();
    private static Assembly? _client;
    private static string? _notLoaded;

    /// <summary>The file that was loaded; null as long as none was.</summary>
    public static string? LoadedFrom { get; private set; }

    /// <summary>Has the client load the package's library. To be called before its first use; later calls change nothing.</summary>
    /// <param name="client">The assembly of Confluent.Kafka.</param>
    public static void Pin(Assembly client)
    {
        lock (Once)
        {
            if (_client is null)
            {
                NativeLibrary.SetDllImportResolver(client, (name, _, _) => name.Contains(Library, StringComparison.Ordinal) ? Load() : IntPtr.Zero);
                _client = client;
            }
        }
    }

    /// <summary>Loads the package's library; why it cannot be used, with the way out, or null when it can.</summary>
    /// <param name="client">The assembly of Confluent.Kafka.</param>
    /// <param name="version">Asks the client which release it has loaded.</param>
    public static string? Refusal(Assembly client, Func<int> version)
    {
        Pin(client);
        try
        {
            return Mismatch(version(), client.GetName().Version!);
        }
        catch (DllNotFoundException missing)
        {
            // the client swallows what the resolver says
            return _notLoaded ?? missing.Message;
        }
    }

    /// <summary>Why the library that is loaded must not be used, with the way out; null when it is the one that the client was made for.</summary>
    /// <param name="loaded">What the library says of itself: a byte each for major, minor and revision, and one for the state of a release.</param>
    /// <param name="client">The client's own version, which is that of the library's package.</param>
    public static string? Mismatch(int loaded, Version client)
    {
        var seen = new Version((loaded >> 24) & 0xff, (loaded >> 16) & 0xff, (loaded >> 8) & 0xff);
        return seen == new Version(client.Major, client.Minor, Math.Max(client.Build, 0))
            ? null
            : $"librdkafka {seen} is loaded from {LoadedFrom ?? "an unknown place"}, and Confluent.Kafka {client.ToString(3)} needs its own release. "
              + "Put the files of the program back as they were published.";
    }

    private static IntPtr Load()
    {
        var tried = Candidates().ToList();
        foreach (var file in tried)
        {
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                LoadedFrom = file;
                return handle;
            }
        }

        var files = tried.Count == 0 ? "it has no file for it" : $"tried {string.Join(", ", tried)}";
        throw new DllNotFoundException(_notLoaded =
            $"No native library of Confluent.Kafka can be loaded for {RuntimeInformation.RuntimeIdentifier}: {files}. Publish the program for this platform.");
    }

    /// <summary>The package's files: beside the program when it was published for one platform, else below 'runtimes'.</summary>
    private static IEnumerable<string> Candidates()
    {
        var (system, ending) = OperatingSystem.IsWindows() ? ("win", "dll") : OperatingSystem.IsMacOS() ? ("osx", "dylib") : ("linux", "so");
        var platform = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        string[] builds = !OperatingSystem.IsLinux() ? [Library]
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? [$"alpine-{Library}"]
            : [Library, $"centos8-{Library}", $"alpine-{Library}"];
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return
            from build in builds
            from folder in (string[])[AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", platform, "native"), .. searched]
            let file = Path.GetFullPath(Path.Combine(folder, $"{build}.{ending}"))
            where File.Exists(file)
            select file;
    }
}
