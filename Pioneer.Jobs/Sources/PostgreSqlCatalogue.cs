using System.Collections.Immutable;
using System.Data.Common;
using Pioneer.Domain.Ingestion;

namespace Pioneer.Jobs.Sources;

/// <summary>Tables and views that the signed-in PostgreSQL user may read. Those of schema <c>public</c> go by their bare name.</summary>
internal static class PostgreSqlCatalogue
{
    private const string Columns = """
        SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
               a.attname,
               format_type(a.atttypid, NULL),
               CASE WHEN a.atttypid = 'numeric'::regtype AND a.atttypmod > 0 THEN ((a.atttypmod - 4) >> 16) & 65535 END,
               CASE WHEN a.atttypid = 'numeric'::regtype AND a.atttypmod > 0 THEN (a.atttypmod - 4) & 65535 END,
               NOT a.attnotnull,
               COALESCE(array_position(i.indkey::int2[], a.attnum), 0),
               CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
          AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY 1, a.attnum
        """;

    public static async Task<ImmutableArray<SourceTable>> ReadAsync(DbConnection database, CancellationToken ct)
    {
        var rows = new List<(string Table, SourceColumn Column, int KeyPosition, long? Rows)>();
        await using var command = database.CreateCommand();
        command.CommandText = Columns;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var type = reader.GetString(2);
            var precision = await reader.GetFieldValueAsync<int?>(3, ct);
            var scale = await reader.GetFieldValueAsync<int?>(4, ct);
            var shown = precision is null ? type : $"{type}({precision},{scale})";
            rows.Add((reader.GetString(0), new SourceColumn(reader.GetString(1), shown, SourceTypes.PostgreSql(type, precision, scale), reader.GetBoolean(5)),
                reader.GetInt32(6), await reader.GetFieldValueAsync<long?>(7, ct)));
        }

        return [.. rows.GroupBy(row => row.Table, StringComparer.Ordinal).Select(table => new SourceTable(
            table.Key,
            [.. table.Select(row => row.Column)],
            [.. table.Where(row => row.KeyPosition > 0).OrderBy(row => row.KeyPosition).Select(row => row.Column.Name)],
            table.First().Rows))];
    }
}
