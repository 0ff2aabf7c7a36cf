using System.Data.Common;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Opens sources for the portal's own looks: read-only, a connection of its own for each, and a short limit on each step.</summary>
internal sealed class SourceOpener(SourceRules rules, TimeProvider time)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Signs in, does the work, and says in words what went wrong.</summary>
    /// <param name="limit">How long a query may go without giving a row.</param>
    /// <param name="timeFormat">How text holds the times that are compared, for SQLite; null where they are numbers.</param>
    public async Task<Result<T>> TryAsync<T>(
        SourceConnection source, TimeSpan limit, SqliteTimeFormat? timeFormat, Func<ISourceDialect, DbConnection, Task<T>> work,
        CancellationToken cancellationToken)
    {
        var dialect = Dialect(source, limit, timeFormat);
        if (dialect.IsFailure)
        {
            return dialect.Error;
        }

        try
        {
            await using var connection = await dialect.Value.OpenAsync(cancellationToken);
            return await work(dialect.Value, connection);
        }
        catch (Exception error) when (error is not OperationCanceledException && dialect.Value.Judge(error) is not null)
        {
            return Describe(source, dialect.Value.Judge(error)!);
        }
    }

    /// <summary>As the other, where no times are compared.</summary>
    public Task<Result<T>> TryAsync<T>(
        SourceConnection source, TimeSpan limit, Func<ISourceDialect, DbConnection, Task<T>> work, CancellationToken cancellationToken) =>
        TryAsync(source, limit, null, work, cancellationToken);

    /// <summary>How the source is spoken to; nothing is opened yet.</summary>
    public Result<ISourceDialect> Dialect(SourceConnection source, TimeSpan limit, SqliteTimeFormat? timeFormat)
    {
        var address = SourceUrls.Parse(source.Kind, source.ConnectionUrl, rules);
        if (address.IsFailure)
        {
            return address.Error;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(source.TimeZone, out var zone))
        {
            return IngestionErrors.TimeZoneUnknown(source.TimeZone);
        }

        return address.Value switch
        {
            SqliteAddress sqlite => new SqliteDialect(
                timeFormat is null ? sqlite : sqlite with { TimeFormat = timeFormat }, zone, ConnectTimeout, limit, time),
            PostgreSqlAddress server => new PostgreSqlDialect(
                server with { QueryLimit = null }, source.Username, source.Password, zone, ConnectTimeout, limit),
            var other => throw new ArgumentOutOfRangeException(nameof(source), other.Description, "No dialect"),
        };
    }

    /// <summary>What a driver said, in words.</summary>
    public Error Describe(SourceConnection source, SourceFailure failure) => SourceFailures.Describe(
        source, failure, isNamed: SourceAddress.TryParse(source.ConnectionUrl, out var address, out _) && rules.Names(address));
}
