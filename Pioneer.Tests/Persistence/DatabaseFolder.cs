using Microsoft.Data.Sqlite;

namespace Pioneer.Tests.Persistence;

/// <summary>A folder of a test that has a SQLite database in it.</summary>
internal static class DatabaseFolder
{
    /// <summary>Deletes it. What a test took away may still be reading, and SQLite then makes its files anew.</summary>
    public static Task DeleteAsync(string folder) => Wait.UntilAsync($"{folder} to be gone", () =>
    {
        SqliteConnection.ClearAllPools();
        return IsGone(folder);
    });

    private static bool IsGone(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
