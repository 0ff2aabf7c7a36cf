using Microsoft.Data.Sqlite;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Xunit;

namespace Pioneer.Tests.Persistence;

/// <summary>The database as people put it back: copies made in several ways, and files that are none.</summary>
public sealed class DatabaseCopyTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-copy-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Original => Path.Combine(_folder, "pioneer.db");

    private string Copy => Path.Combine(_folder, "copy.db");

    public async ValueTask InitializeAsync() => await MigrateAsync(Original);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        TestFolder.Delete(_folder);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("VACUUM INTO '{0}'")]
    [InlineData("PRAGMA wal_checkpoint(TRUNCATE)")]
    public async Task Copy_starts_however_it_was_made_and_is_written_ahead_again(string statement)
    {
        Execute(Original, string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, Copy));
        if (!File.Exists(Copy))
        {
            File.Copy(Original, Copy);
        }

        await MigrateAsync(Copy);

        Assert.Equal("wal", Execute(Copy, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task File_that_is_no_database_is_named()
    {
        await File.WriteAllTextAsync(Copy, "this is a letter, and it is long enough to hold the head of a database: " + new string('x', 200), Ct);

        var refused = await Assert.ThrowsAsync<StartException>(() => MigrateAsync(Copy));

        Assert.Contains($"'{Copy}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("file is not a database", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_of_a_later_release_is_left_alone()
    {
        Execute(Original, "INSERT INTO __EFMigrationsHistory VALUES ('99990101000000_Later', '10.0.0')");

        var refused = await Assert.ThrowsAsync<StartException>(() => MigrateAsync(Original));

        Assert.Contains("99990101000000_Later", refused.Message, StringComparison.Ordinal);
        Assert.Contains("later release", refused.Message, StringComparison.Ordinal);
    }

    private static Task MigrateAsync(string file) =>
        new DatabaseMigrator(new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={file}")).MigrateAsync(Ct);

    private static string? Execute(string file, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteScalar()?.ToString();
    }
}
