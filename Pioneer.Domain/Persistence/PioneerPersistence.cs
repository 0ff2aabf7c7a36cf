using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>Registers the portal's database.</summary>
public static class PioneerPersistence
{
    /// <summary>
    /// <c>IDbContextFactory&lt;PioneerDbContext&gt;</c> and <see cref="PioneerDbContext"/> by keys <c>Database:Provider</c> (Sqlite or SqlServer),
    /// <c>Database:ConnectionString</c>; without one, the file <c>pioneer.db</c> under <c>Data</c>. Both are scoped: contexts see what the scope's
    /// <see cref="AmbientTenantScope"/> says, nothing until it was told.
    /// </summary>
    public static IServiceCollection AddPioneerPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        var database = DatabaseSettings.Read(configuration);
        if (database.Provider is DatabaseProvider.SqlServer)
        {
            services.AddSingleton(SqlServerDatabase.Options(database.ConnectionString));
        }
        else
        {
            services.AddSingleton(SqliteDatabase.Options(database.ConnectionString));
        }

        services.AddSingleton(database);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIdGenerator, SequentialIdGenerator>();
        services.AddScoped<AmbientTenantScope>();
        services.AddScoped<ITenantScope>(provider => provider.GetRequiredService<AmbientTenantScope>());
        services.AddScoped<IDbContextFactory<PioneerDbContext>, PioneerDbContextFactory>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<PioneerDbContext>>().CreateDbContext());
        services.AddSingleton<DatabaseMigrator>();
        return services;
    }
}

/// <summary>Makes contexts of the configured provider that see what the DI scope's tenant scope says.</summary>
public sealed class PioneerDbContextFactory(IServiceProvider services, DatabaseSettings database, ITenantScope scope) : IDbContextFactory<PioneerDbContext>
{
    // resolved at once: a command goes on when its circuit has ended, and the DI scope with it
    private readonly DbContextOptions _options = database.Provider is DatabaseProvider.SqlServer
        ? services.GetRequiredService<DbContextOptions<SqlServerPioneerDbContext>>()
        : services.GetRequiredService<DbContextOptions<SqlitePioneerDbContext>>();

    public PioneerDbContext CreateDbContext() => _options is DbContextOptions<SqlServerPioneerDbContext> sqlServer
        ? new SqlServerPioneerDbContext(sqlServer, scope)
        : new SqlitePioneerDbContext((DbContextOptions<SqlitePioneerDbContext>)_options, scope);
}
