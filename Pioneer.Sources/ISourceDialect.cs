using System.Data.Common;

namespace Pioneer.Sources;

/// <summary>What differs between databases. One instance serves one address, user and zone; safe to share between threads.</summary>
public interface ISourceDialect
{
    /// <summary>The database and user for messages, without the password.</summary>
    string Description { get; }

    /// <summary>A connection that is open, only reads and belongs to the caller.</summary>
    Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The database's own clock.</summary>
    Task<SourceInstant> ClockAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Binds a point in time in the form that time columns of this source are compared with.</summary>
    DbParameter TimeParameter(DbCommand command, string name, SourceInstant at);

    /// <summary>The point in time that a value of a polled time column stands for; null for one that is no time.</summary>
    SourceInstant? Instant(object value);

    /// <summary>An identifier, as it stands in SQL; a name with a schema is quoted part by part.</summary>
    string Quote(string identifier);

    /// <summary>Runs a query and says what its columns are. The reader stands before its first row and belongs to the caller, as the command does.</summary>
    /// <exception cref="QueryLimitException">No row came within the query's limit.</exception>
    Task<SourceRows> QueryAsync(DbCommand command, CancellationToken cancellationToken);

    /// <summary>Judges an exception of the driver; null for one that is not about the source.</summary>
    SourceFailure? Judge(Exception error);
}
