using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>Brings the database to the present schema; run once at start, before anything reads it. Safe to run in two processes at once.</summary>
public sealed class DatabaseMigrator(DatabaseSettings database)
{
    /// <summary>Applies what is missing. Needs the settings only, so a host may run it beside whatever else it starts.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (database.Provider is DatabaseProvider.Sqlite)
        {
            var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }
        }

        await using var db = Open();
        // asked first: applying nothing would still compare the model with its snapshot, which is half a second of each start (tests compare them)
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        // a process's first query pays for EF's whole query pipeline: here, where the host may start other things beside it
        await db.Tenants.AnyAsync(cancellationToken);
    }

    private PioneerDbContext Open() => database.Provider is DatabaseProvider.SqlServer
        ? new SqlServerPioneerDbContext(SqlServerDatabase.Options(database.ConnectionString), FixedTenantScope.All)
        : new SqlitePioneerDbContext(SqliteDatabase.Options(database.ConnectionString), FixedTenantScope.All);
}
