using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Pioneer.Domain.Persistence;

/// <summary>SQLite as the portal uses it: a WAL file that readers and one writer share, foreign keys on, waiting instead of failing when busy.</summary>
public static class SqliteDatabase
{
    /// <summary>How long a writer waits for another before SQLITE_BUSY.</summary>
    private const int BusyTimeoutSeconds = 15;

    public static DbContextOptions<SqlitePioneerDbContext> Options(string connectionString)
    {
        var connection = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true, DefaultTimeout = BusyTimeoutSeconds };
        return new DbContextOptionsBuilder<SqlitePioneerDbContext>()
            .UseSqlite(connection.ToString())
            .AddInterceptors(new PragmaInterceptor())
            .Options;
    }

    // synchronous=FULL: a commit that was answered survives a power cut; WAL's default of NORMAL would not promise that.
    private sealed class PragmaInterceptor : DbConnectionInterceptor
    {
        private const string Pragmas = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=15000;";

        // kept in the file, which EF first opens to read only (is there a database?): a copy that lost it gets it by the first that may write
        private const string WriteAhead = "PRAGMA journal_mode=WAL; ";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = PragmasFor(connection);
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = PragmasFor(connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        private static string PragmasFor(DbConnection connection) =>
            new SqliteConnectionStringBuilder(connection.ConnectionString).Mode is SqliteOpenMode.ReadOnly ? Pragmas : WriteAhead + Pragmas;
    }
}
