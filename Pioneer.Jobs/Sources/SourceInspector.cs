using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Looks into source databases, read-only, with a connection of its own for each call and five seconds for each step.</summary>
public sealed class SourceInspector(SourceRules rules, TimeProvider time) : ISourceInspector
{
    /// <summary>Most rows a preview may show.</summary>
    public const int MaxPreviewRows = 100;

    private const int MaxCellLength = 1000;

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

    /// <summary>The first rows of a table, values as text, null for NULL.</summary>
    public Task<Result<SourcePreview>> PreviewAsync(SourceConnection connection, string table, int rows, CancellationToken cancellationToken) =>
        _sources.TryAsync(connection, Limit, async (dialect, database) =>
        {
            await using var command = database.CreateCommand();
            command.CommandText = $"SELECT * FROM {dialect.Quote(table)} LIMIT {Math.Clamp(rows, 1, MaxPreviewRows)}";
            await using var result = await dialect.QueryAsync(command, cancellationToken);
            var names = Enumerable.Range(0, result.Reader.FieldCount).Select(result.Reader.GetName).ToImmutableArray();
            var found = ImmutableArray.CreateBuilder<ImmutableArray<string?>>();
            while (await result.ReadAsync())
            {
                found.Add([.. result.Fields.Select((field, at) => Cell(field, result.Reader, at))]);
            }

            return new SourcePreview(names, found.ToImmutable());
        }, cancellationToken);

    private static string? Cell(SourceField field, DbDataReader reader, int at)
    {
        string? text;
        try
        {
            text = field.Value(reader, at) switch
            {
                null => null,
                byte[] bytes => Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, MaxCellLength / 2))),
                int days when field.Form is ValueForm.Date => Day(days),
                int ms when field.Form is ValueForm.Time => TimeSpan.FromMilliseconds(ms).ToString("c", CultureInfo.InvariantCulture),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }
        catch (UnreadableValueException unreadable)
        {
            text = unreadable.Value;
        }

        return text is { Length: > MaxCellLength } ? text[..MaxCellLength] + "…" : text;
    }

    private static string Day(int days) => SourceInstant.FromUnixMs(days * 86_400_000L).Utc is { } utc
        ? utc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : days.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Rows of a source table as text.</summary>
public sealed record SourcePreview(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string?>> Rows);
