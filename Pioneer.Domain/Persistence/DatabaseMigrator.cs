using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>Brings the database to the present schema; run once at start, before anything reads it. Safe to run in two processes at once.</summary>
public sealed class DatabaseMigrator(DatabaseSettings database)
{
    /// <summary>Applies what is missing. Needs the settings only, so a host may run it beside whatever else it starts.</summary>
    /// <exception cref="StartException">The database cannot be opened or changed, or a later release made it; the message names it.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MigrateOpenedAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The database {Name} cannot be used: {failure.Message.TrimEnd('.')}. Name a sound one with {(database.Provider is DatabaseProvider.Sqlite ? "Data (--data FOLDER)" : "Database:ConnectionString")}, "
                + "or put back a copy of it.", failure);
        }
    }

    private async Task MigrateOpenedAsync(CancellationToken cancellationToken)
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
        var known = db.Database.GetMigrations().ToList();
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (applied.Except(known).LastOrDefault() is { } later)
        {
            throw new StartException($"The database {Name} was brought to '{later}' by a later release of Pioneer: start that release, or put back a copy from before it.");
        }

        if (known.Except(applied).Any())
        {
            await db.Database.MigrateAsync(cancellationToken);
        }

        // a process's first query pays for EF's whole query pipeline: here, where the host may start other things beside it
        await db.Tenants.AnyAsync(cancellationToken);
    }

    /// <summary>As messages call it: never the connection string, which may hold a password.</summary>
    private string Name => database.Provider is DatabaseProvider.Sqlite
        ? $"'{new SqliteConnectionStringBuilder(database.ConnectionString).DataSource}'"
        : "that Database:ConnectionString names";

    private PioneerDbContext Open() => database.Provider is DatabaseProvider.SqlServer
        ? new SqlServerPioneerDbContext(SqlServerDatabase.Options(database.ConnectionString), FixedTenantScope.All)
        : new SqlitePioneerDbContext(SqliteDatabase.Options(database.ConnectionString), FixedTenantScope.All);
}
