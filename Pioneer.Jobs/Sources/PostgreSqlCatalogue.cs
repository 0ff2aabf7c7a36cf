using System.Collections.Immutable;
using System.Data.Common;
using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Jobs.Sources;

/// <summary>Tables and views that the signed-in PostgreSQL user may read. Those of schema <c>public</c> go by their bare name.</summary>
internal static class PostgreSqlCatalogue
{
    // A domain is read as what it is made of. indkey is an int2vector, whose positions count from 0.
    private const string Columns = """
        WITH RECURSIVE base(oid, typmod, type) AS (
            SELECT t.oid, NULL::int, t.oid FROM pg_type t
            UNION ALL
            SELECT b.oid, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END, t.typbasetype
            FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
        SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
               a.attname,
               format_type(b.type, CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.typmod END),
               NOT a.attnotnull,
               COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0),
               CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END,
               c.relkind IN ('v', 'm')
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN LATERAL (SELECT x.type, x.typmod FROM base x JOIN pg_type t ON t.oid = x.type
                      WHERE x.oid = a.atttypid AND t.typtype <> 'd') b ON true
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
          AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
        ORDER BY 1, a.attnum
        """;

    public static async Task<ImmutableArray<SourceTable>> ReadAsync(DbConnection database, CancellationToken ct)
    {
        var rows = new List<(string Table, SourceColumn Column, int KeyPosition, long? Rows, bool IsView)>();
        await using var command = database.CreateCommand();
        command.CommandText = Columns;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var type = reader.GetString(2);
            var column = new SourceColumn(reader.GetString(1), type, PostgreSqlTypes.Reading(type), reader.GetBoolean(3));
            rows.Add((reader.GetString(0), column, reader.GetInt32(4), await reader.GetFieldValueAsync<long?>(5, ct), reader.GetBoolean(6)));
        }

        return [.. rows.GroupBy(row => row.Table, StringComparer.Ordinal).Select(table => new SourceTable(
            table.Key,
            [.. table.Select(row => row.Column)],
            [.. table.Where(row => row.KeyPosition > 0).OrderBy(row => row.KeyPosition).Select(row => row.Column.Name)],
            table.First().Rows,
            table.First().IsView))];
    }
}
