using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Looks into source databases, read-only, with a connection of its own for each call and five seconds for each step.</summary>
public sealed class SourceInspector(SourceRules rules, TimeProvider time) : ISourceInspector
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly SourceOpener _sources = new(rules, time);

    /// <inheritdoc/>
    public async Task<Result> TestAsync(SourceConnection connection, CancellationToken cancellationToken)
    {
        var tested = await _sources.TryAsync(connection, Limit, async (_, database) =>
        {
            await using var command = database.CreateCommand();
            // a SQLite file is only read, and found to be none, when its catalogue is
            command.CommandText = connection.Kind == SourceKind.Sqlite ? "SELECT count(*) FROM sqlite_master" : "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }, cancellationToken);
        return tested.WithoutValue();
    }

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<SourceTable>>> ListTablesAsync(SourceConnection connection, CancellationToken cancellationToken) =>
        _sources.TryAsync(connection, Limit, (_, database) => connection.Kind == SourceKind.Sqlite
            ? SqliteCatalogue.ReadAsync(database, cancellationToken)
            : PostgreSqlCatalogue.ReadAsync(database, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Result<FeedCheck>> CheckAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken) =>
        _sources.TryAsync(
            connection, Limit, (dialect, database) => new FeedChecker(dialect, database, connection, feed).CheckAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Result<SourcePreview>> PreviewAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken) =>
        _sources.TryAsync(
            connection, Limit, (dialect, database) => new TablePreview(dialect, feed, time, Limit).ReadAsync(database, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<TenantValueReading>>> ReadTenantValuesAsync(
        SourceConnection connection, Feed feed, ImmutableArray<string> values, CancellationToken cancellationToken) =>
        _sources.TryAsync(
            connection, Limit, (dialect, database) => new TenantValueReader(dialect, database, connection.Kind, feed).ReadAsync(values, cancellationToken), cancellationToken);
}
