namespace Pioneer.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class RepositoryFolder
{
    /// <summary>A file or folder in it.</summary>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pioneer.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine([folder!.FullName, .. parts]);
    }
}
