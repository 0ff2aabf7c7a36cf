using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Persistence;

/// <summary>The migrations of both databases are those of the present model.</summary>
public sealed class MigrationTests
{
    [Fact]
    public void Sqlite_migrations_hold_the_whole_model()
    {
        using var db = new SqlitePioneerDbContext(SqliteDatabase.Options("Data Source=:memory:"), FixedTenantScope.All);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void SqlServer_migrations_hold_the_whole_model()
    {
        var options = new DbContextOptionsBuilder<SqlServerPioneerDbContext>().UseSqlServer("Server=never-opened").Options;
        using var db = new SqlServerPioneerDbContext(options, FixedTenantScope.All);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task SqlServer_takes_the_schema_and_keeps_revisions()
    {
        var connection = Environment.GetEnvironmentVariable("PIONEER_TEST_SQLSERVER");
        Assert.SkipWhen(string.IsNullOrEmpty(connection), "PIONEER_TEST_SQLSERVER holds no connection string to a SQL Server.");
        var options = new DbContextOptionsBuilder<SqlServerPioneerDbContext>().UseSqlServer(connection).Options;
        await using var db = new SqlServerPioneerDbContext(options, FixedTenantScope.All);
        await db.Database.EnsureDeletedAsync(TestContext.Current.CancellationToken);
        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
        var tenant = WantedTenantRow();
        db.Tenants.Add(tenant);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        tenant.Name = "renamed";
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, (await db.Tenants.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken)).Revision);
    }

    private static Tenant WantedTenantRow() => new()
    {
        Id = new Pioneer.Domain.TenantId(Guid.NewGuid()), Slug = TenantSlug.Parse("acme"), Name = "Acme", Isolation = IsolationLevel.Dedicated,
        CreatedAt = DateTimeOffset.UnixEpoch, CreatedBy = "test",
    };
}
