using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;

namespace Pioneer.Jobs.Sources;

/// <summary>Looks into source databases, read-only, with a connection of its own for each call and five seconds for each step.</summary>
public sealed class SourceInspector : ISourceInspector
{
    /// <summary>Most rows a preview may show.</summary>
    public const int MaxPreviewRows = 100;

    private const int MaxCellLength = 1000;

    public Task<Result> TestAsync(SourceConnection connection, CancellationToken cancellationToken) => TryAsync(connection, async database =>
    {
        await using var command = database.CreateCommand();
        // a SQLite file is only read, and found to be none, when its catalogue is
        command.CommandText = connection.Kind == SourceKind.Sqlite ? "SELECT count(*) FROM sqlite_master" : "SELECT 1";
        await command.ExecuteScalarAsync(cancellationToken);
        return true;
    }, cancellationToken).ContinueWithoutValueAsync();

    public Task<Result<ImmutableArray<SourceTable>>> ListTablesAsync(SourceConnection connection, CancellationToken cancellationToken) =>
        TryAsync(connection, database => connection.Kind == SourceKind.Sqlite
            ? SqliteCatalogue.ReadAsync(database, cancellationToken)
            : PostgreSqlCatalogue.ReadAsync(database, cancellationToken), cancellationToken);

    /// <summary>The first rows of a table, values as text, null for NULL.</summary>
    public Task<Result<SourcePreview>> PreviewAsync(SourceConnection connection, string table, int rows, CancellationToken cancellationToken) =>
        TryAsync(connection, async database =>
        {
            await using var command = database.CreateCommand();
            command.CommandText = $"SELECT * FROM {Quote(table)} LIMIT {Math.Clamp(rows, 1, MaxPreviewRows)}";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToImmutableArray();
            var found = ImmutableArray.CreateBuilder<ImmutableArray<string?>>();
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add([.. Enumerable.Range(0, reader.FieldCount).Select(at => Cell(reader, at))]);
            }

            return new SourcePreview(names, found.ToImmutable());
        }, cancellationToken);

    private static async Task<Result<T>> TryAsync<T>(SourceConnection source, Func<DbConnection, Task<T>> work, CancellationToken ct)
    {
        var address = source.Kind switch
        {
            SourceKind.Sqlite => SourceAddress.Sqlite(source),
            SourceKind.PostgreSql => SourceAddress.PostgreSql(source),
            _ => Error.Invalid("SourceKindUnsupported", "kind", $"{source.Kind} cannot be looked into yet.", "Use SQLite or PostgreSQL."),
        };
        if (address.IsFailure)
        {
            return address.Error;
        }

        try
        {
            await using DbConnection database = source.Kind == SourceKind.Sqlite
                ? new SqliteConnection(address.Value)
                : new NpgsqlConnection(address.Value);
            await database.OpenAsync(ct);
            return await work(database);
        }
        catch (Exception failure) when (failure is DbException or TimeoutException or System.Net.Sockets.SocketException or IOException)
        {
            return SourceFailures.Describe(source, failure);
        }
    }

    private static string? Cell(DbDataReader reader, int at)
    {
        if (reader.IsDBNull(at))
        {
            return null;
        }

        var text = reader.GetValue(at) switch
        {
            byte[] bytes => Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, MaxCellLength / 2))),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString() ?? "",
        };
        return text.Length > MaxCellLength ? text[..MaxCellLength] + "…" : text;
    }

    private static string Quote(string table) =>
        string.Join('.', table.Split('.').Select(part => $"\"{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
}

/// <summary>Rows of a source table as text.</summary>
public sealed record SourcePreview(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string?>> Rows);

/// <summary>Drops the value of a result that is only asked whether it succeeded.</summary>
internal static class ResultTasks
{
    public static async Task<Result> ContinueWithoutValueAsync<T>(this Task<Result<T>> task) => (await task).WithoutValue();
}
