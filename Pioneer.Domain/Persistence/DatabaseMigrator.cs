using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>Brings the database to the present schema; run once at start, before anything reads it. Safe to run in two processes at once.</summary>
public sealed class DatabaseMigrator(IServiceProvider services, DatabaseSettings database)
{
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

        await using var db = PioneerDbContextFactory.Create(services, database, FixedTenantScope.All);
        await db.Database.MigrateAsync(cancellationToken);
    }
}
