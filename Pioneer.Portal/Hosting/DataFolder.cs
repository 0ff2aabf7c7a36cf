using System.Runtime.InteropServices;

namespace Pioneer.Portal.Hosting;

/// <summary>
/// The folder <c>Data</c>: database, keys, logs, the embedded platform's records. Other accounts of the machine have no business in it, nor in any file
/// that this process makes.
/// </summary>
internal static class DataFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Bits that new files are made without: everything of group and others.</summary>
    private const uint NothingForOthers = 0b000_111_111;

    /// <summary>Makes the folder, or closes one that is open wider; null, or why it stays open.</summary>
    public static string? Prepare(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // the folder has the rights of the one it lies in: an installation's to set
            Directory.CreateDirectory(folder);
            return null;
        }

        _ = SetMask(NothingForOthers);
        Directory.CreateDirectory(folder, Private);
        if (File.GetUnixFileMode(folder) is var mode && (mode & ~Private) == UnixFileMode.None)
        {
            return null;
        }

        try
        {
            File.SetUnixFileMode(folder, Private);
            return null;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return refused.Message;
        }
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);
}
