using Microsoft.EntityFrameworkCore;

namespace Pioneer.Domain.Persistence;

/// <summary>SQL Server as the portal uses it: a command that failed on a passing fault is tried again, three times at most.</summary>
internal static class SqlServerDatabase
{
    private const int Retries = 3;

    public static DbContextOptions<SqlServerPioneerDbContext> Options(string connectionString) =>
        new DbContextOptionsBuilder<SqlServerPioneerDbContext>()
            .UseSqlServer(connectionString, sql => sql.EnableRetryOnFailure(Retries))
            .Options;
}
