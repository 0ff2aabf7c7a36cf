using System.Collections.Immutable;

namespace Pioneer.Sources;

/// <summary>
/// Which addresses may be read at all: folders and hosts out of a list where there is one, and never the product's own files, whatever the list
/// says. Without rules, any address that is typed makes the process read for its author what the author may not.
/// </summary>
/// <param name="Folders">Folders that files may lie in; empty for any.</param>
/// <param name="Hosts">Hosts that may be asked; empty for any.</param>
/// <param name="ClosedFolders">Folders, or single files, that are never read.</param>
/// <param name="OpenFolders">Folders inside of closed ones that may be read after all: the demo's.</param>
public sealed record SourceRules(
    ImmutableArray<string> Folders, ImmutableArray<string> Hosts, ImmutableArray<string> ClosedFolders, ImmutableArray<string> OpenFolders)
{
    private const string ClosedCode = "ConnectionUrlClosed";

    /// <summary>Nothing is closed; for tests and tools that read no address that somebody else typed.</summary>
    public static SourceRules None { get; } = new([], [], [], []);

    /// <summary>What is wrong with an address by these rules; null where it may be read. The same answer whether or not something is there.</summary>
    public AddressProblem? Check(SourceAddress address) => address switch
    {
        SqliteAddress { File: var file } when RealPath.HasDots(file) => WithDots(address),
        PostgreSqlAddress { RootCertificate: { } file } when RealPath.HasDots(file) => WithDots(address),
        SqliteAddress sqlite => AllowsFile(sqlite.File) ? null : Closed(address, "Sources:Folders"),
        PostgreSqlAddress { RootCertificate: { } file } when !AllowsFile(file) => Closed(address, "Sources:Folders"),
        PostgreSqlAddress { Host: var host } when !AllowsHost(host) => Closed(address, "Sources:Hosts"),
        _ => null,
    };

    /// <summary>Whether this host stands in a list that an operator wrote: then failures may be told in detail.</summary>
    public bool Names(SourceAddress address) => address switch
    {
        PostgreSqlAddress { Host: var host } => !Hosts.IsEmpty && AllowsHost(host),
        SqliteAddress { File: var file } => !Folders.IsEmpty && AllowsFile(file),
        _ => false,
    };

    /// <summary>How the usual file systems tell names apart.</summary>
    private static StringComparison InFiles =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private bool AllowsHost(string host) => Hosts.IsEmpty || Hosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private bool AllowsFile(string file)
    {
        var real = RealPath.Of(file);
        return real is not null
            && (!Within(real, ClosedFolders) || Within(real, OpenFolders))
            && (Folders.IsEmpty || Within(real, Folders) || Within(real, OpenFolders));
    }

    private static bool Within(string file, ImmutableArray<string> folders) => folders.Any(folder => RealPath.Of(folder) is { } real
        && (file.Equals(real, InFiles) || file.StartsWith(Path.TrimEndingDirectorySeparator(real) + Path.DirectorySeparatorChar, InFiles)));

    private static AddressProblem WithDots(SourceAddress address) => new(
        ClosedCode, $"'{address.Description}' may not be read by this installation: it goes by '.' or '..', and where that leads depends on links.",
        "Write whole paths without them.");

    private static AddressProblem Closed(SourceAddress address, string key) => new(
        ClosedCode, $"'{address.Description}' may not be read by this installation.",
        $"An operator can allow it in {key}; the product's own files are never read.");
}
