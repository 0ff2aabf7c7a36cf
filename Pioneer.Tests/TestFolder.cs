namespace Pioneer.Tests;

/// <summary>Folders of tests that are over.</summary>
internal static class TestFolder
{
    private const int Tries = 100;

    /// <summary>Deletes a folder with all in it, also where something that is just ending writes its last file meanwhile.</summary>
    public static void Delete(string folder)
    {
        for (var left = Tries; ; left--)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (left > 1 && Directory.Exists(folder))
            {
                // a file came between the look and the removal: the next look sees it
            }
        }
    }
}
