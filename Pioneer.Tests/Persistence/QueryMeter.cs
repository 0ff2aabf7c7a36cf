using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Tests.Persistence;

/// <summary>Makes contexts of a test's database and counts the queries they send and the rows they take from it.</summary>
public sealed class QueryMeter(DomainDatabase database, ITenantScope scope) : DbCommandInterceptor, IDbContextFactory<PioneerDbContext>
{
    private int _queries;
    private int _rows;

    public int Queries => _queries;

    public int Rows => _rows;

    public PioneerDbContext CreateDbContext() => new SqlitePioneerDbContext(
        new DbContextOptionsBuilder<SqlitePioneerDbContext>(database.Get<DbContextOptions<SqlitePioneerDbContext>>()).AddInterceptors(this).Options, scope);

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _queries);
        return base.ReaderExecutedAsync(command, eventData, result, cancellationToken);
    }

    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        Interlocked.Add(ref _rows, eventData.ReadCount);
        return base.DataReaderDisposing(command, eventData, result);
    }
}
