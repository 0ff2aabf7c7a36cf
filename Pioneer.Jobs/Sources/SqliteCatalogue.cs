using System.Collections.Immutable;
using System.Data.Common;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Tables and views of a SQLite file.</summary>
internal static class SqliteCatalogue
{
    private const string Columns = """
        SELECT m.name, c.name, c.type, c."notnull", c.pk, m.type = 'view'
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'
        ORDER BY m.name, c.cid
        """;

    public static async Task<ImmutableArray<SourceTable>> ReadAsync(DbConnection database, CancellationToken ct)
    {
        var rows = new List<(string Table, SourceColumn Column, int KeyPosition, bool IsView)>();
        await using (var command = database.CreateCommand())
        {
            command.CommandText = Columns;
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var type = reader.GetString(2);
                // a key's column may be NULL in SQLite unless it says NOT NULL; only the rowid's own may not
                var isRowId = type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase) && reader.GetInt32(4) == 1;
                var column = new SourceColumn(reader.GetString(1), type, SqliteTypes.Reading(type), Nullable: reader.GetInt32(3) == 0 && !isRowId);
                rows.Add((reader.GetString(0), column, reader.GetInt32(4), reader.GetBoolean(5)));
            }
        }

        var counts = await CountsAsync(database, ct);
        return [.. rows.GroupBy(row => row.Table, StringComparer.Ordinal).Select(table => new SourceTable(
            table.Key,
            [.. table.Select(row => row.Column)],
            [.. table.Where(row => row.KeyPosition > 0).OrderBy(row => row.KeyPosition).Select(row => row.Column.Name)],
            counts.TryGetValue(table.Key, out var count) ? count : null,
            table.First().IsView))];
    }

    /// <summary>Row counts from the last ANALYZE; counting whole tables could take minutes.</summary>
    private static async Task<Dictionary<string, long>> CountsAsync(DbConnection database, CancellationToken ct)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var analyzed = database.CreateCommand();
        analyzed.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'";
        if ((long)(await analyzed.ExecuteScalarAsync(ct) ?? 0L) == 0)
        {
            return counts;
        }

        await using var command = database.CreateCommand();
        command.CommandText = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl";
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }
}
