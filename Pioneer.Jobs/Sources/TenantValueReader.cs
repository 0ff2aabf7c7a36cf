using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>
/// Has a source compare values as it compares them with a feed's tenant column: by the column's type and collation, without reading a row. A number is the
/// same with zeros before it, a uuid in capitals, and a text by what its collation ignores.
/// </summary>
internal sealed class TenantValueReader(ISourceDialect dialect, DbConnection connection, SourceKind kind, Feed feed)
{
    // SQLSTATE class 22, data exception: the value cannot be what the column holds
    private const string DataException = "22";

    // SQLITE_ERROR, as SQLite itself answers for a name that is not there
    private const int SqliteError = 1;

    /// <summary>A reading of each value, in their order. Throws what the dialect judges, where the table or column cannot be asked.</summary>
    /// <param name="values">Each once.</param>
    public async Task<ImmutableArray<TenantValueReading>> ReadAsync(ImmutableArray<string> values, CancellationToken ct)
    {
        if (kind is SourceKind.Sqlite)
        {
            return await ReadSqliteAsync(values, ct);
        }

        var type = await TypeAsync(ct);
        var refusals = await RefusalsAsync(values, type, ct);
        var taken = values.RemoveAll(refusals.ContainsKey);
        var readings = taken.IsEmpty ? [] : (await ReadPostgreSqlAsync(taken, type, ct)).ToDictionary(reading => reading.Value, StringComparer.Ordinal);
        return [.. values.Select(value => refusals.GetValueOrDefault(value) ?? readings[value])];
    }

    /// <summary>The values that the column cannot hold. One of them fails the statement for all: which, is found by halves.</summary>
    private async Task<Dictionary<string, TenantValueReading>> RefusalsAsync(ImmutableArray<string> values, string? type, CancellationToken ct)
    {
        try
        {
            await ReadPostgreSqlAsync(values, type, ct);
            return [];
        }
        catch (Exception error) when (values.Length > 1 && dialect.Judge(error) is { Kind: SourceFailureKind.QueryFailed })
        {
            var half = values.Length / 2;
            var refusals = await RefusalsAsync(values[..half], type, ct);
            foreach (var (value, refusal) in await RefusalsAsync(values[half..], type, ct))
            {
                refusals[value] = refusal;
            }

            return refusals;
        }
        catch (Exception error) when (values.Length == 1 && dialect.Judge(error) is { Code: { } code } failure && code.StartsWith(DataException, StringComparison.Ordinal))
        {
            return new(StringComparer.Ordinal) { [values[0]] = new TenantValueReading(values[0], null, values[0], failure.Message) };
        }
    }

    /// <summary>The column's type with its digits or length, as which a value is written; null where it is compared as another.</summary>
    private async Task<string?> TypeAsync(CancellationToken ct)
    {
        if (FeedConnector.Compared(kind, feed) != dialect.Quote(feed.TenantColumn))
        {
            return null;
        }

        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = {SqlNames.Literal(dialect.Quote(feed.Table))}::regclass "
            + $"AND attname = {SqlNames.Literal(feed.TenantColumn)}";
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>The empty query in the array's first place gives the others the column's type and collation, as a comparison with it would.</summary>
    private async Task<ImmutableArray<TenantValueReading>> ReadPostgreSqlAsync(ImmutableArray<string> values, string? type, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"WITH v AS (SELECT c, n FROM unnest(ARRAY[(SELECT {FeedConnector.Compared(kind, feed)} FROM {dialect.Quote(feed.Table)} WHERE false), "
            + $"{string.Join(", ", values.Select(SqlNames.Literal))}]) WITH ORDINALITY AS u(c, n) WHERE n > 1) "
            + $"SELECT n - 2, CAST({(type is null ? "c" : $"CAST(c AS {type})")} AS text), min(n) OVER (PARTITION BY c) - 2 FROM v ORDER BY n";
        return await TakeAsync(command, dialect, values, ct);
    }

    /// <summary>SQLite has no column without its table, and a source is only read: a table of the same affinity stands in memory instead.</summary>
    private async Task<ImmutableArray<TenantValueReading>> ReadSqliteAsync(ImmutableArray<string> values, CancellationToken ct)
    {
        var affinity = await AffinityAsync(ct);
        await using var memory = new SqliteConnection("Data Source=:memory:");
        await memory.OpenAsync(ct);
        await using var insert = memory.CreateCommand();
        insert.CommandText = $"CREATE TABLE v (n INTEGER PRIMARY KEY, c {affinity})";
        await insert.ExecuteNonQueryAsync(ct);
        insert.CommandText = "INSERT INTO v SELECT key, value FROM json_each(@values)";
        insert.Parameters.AddWithValue("@values", System.Text.Json.JsonSerializer.Serialize(values));
        await insert.ExecuteNonQueryAsync(ct);
        await using var command = memory.CreateCommand();
        command.CommandText = "SELECT n, CAST(c AS TEXT), min(n) OVER (PARTITION BY c) FROM v ORDER BY n";
        return await TakeAsync(command, dialect, values, ct);
    }

    private async Task<string> AffinityAsync(CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT type FROM pragma_table_xinfo(@table) WHERE name = @column COLLATE NOCASE";
        Bind("@table", feed.Table);
        Bind("@column", feed.TenantColumn);
        return await command.ExecuteScalarAsync(ct) is string declared
            ? SqliteTypes.Affinity(declared)
            : throw new SqliteException($"no such column: {feed.Table}.{feed.TenantColumn}", SqliteError);

        void Bind(string name, string value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private static async Task<ImmutableArray<TenantValueReading>> TakeAsync(
        DbCommand command, ISourceDialect dialect, ImmutableArray<string> values, CancellationToken ct)
    {
        var readings = ImmutableArray.CreateBuilder<TenantValueReading>(values.Length);
        await using var rows = await dialect.QueryAsync(command, ct);
        while (await rows.ReadAsync())
        {
            var cells = rows.Fields.Select((field, at) => field.Value(rows.Reader, at)).ToList();
            readings.Add(new TenantValueReading(values[Place(cells[0])], (string?)cells[1], values[Place(cells[2])]));
        }

        return readings.MoveToImmutable();
    }

    private static int Place(object? value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);
}
