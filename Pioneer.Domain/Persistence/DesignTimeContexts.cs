using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>For <c>dotnet ef migrations add NAME --context SqlitePioneerDbContext --output-dir Persistence/Migrations/Sqlite</c>.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqlitePioneerDbContext>
{
    public SqlitePioneerDbContext CreateDbContext(string[] args) => new(SqliteDatabase.Options("Data Source=:memory:"), FixedTenantScope.All);
}

/// <summary>For <c>dotnet ef migrations add NAME --context SqlServerPioneerDbContext --output-dir Persistence/Migrations/SqlServer</c>.</summary>
internal sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerPioneerDbContext>
{
    public SqlServerPioneerDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerPioneerDbContext>().UseSqlServer("Server=design-time-only").Options, FixedTenantScope.All);
}
