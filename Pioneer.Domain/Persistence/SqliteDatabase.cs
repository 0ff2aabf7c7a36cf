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
        private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=15000;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
