using System.Globalization;

namespace Pioneer.Domain.Provisioning;

/// <summary>The statements that provisioning runs in ksqlDB, as text.</summary>
public static class KsqlStatements
{
    /// <summary>Declares a stream over a topic that is there already; JSON on both sides.</summary>
    public static string CreateStream(KsqlStreamSpec stream) => string.Create(
        CultureInfo.InvariantCulture,
        $"CREATE STREAM IF NOT EXISTS {stream.Name} ({string.Join(", ", stream.Columns.Select(Column))}) " +
        $"WITH (KAFKA_TOPIC='{stream.Topic}', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');");

    public static string AddColumns(KsqlStreamChange change) =>
        $"ALTER STREAM {change.Stream.Name} {string.Join(", ", change.AddedColumns.Select(column => $"ADD COLUMN {Column(column)}"))};";

    /// <summary>Never deletes the topic: records are only deleted by a change that says so.</summary>
    public static string DropStream(KsqlStreamSpec stream) => $"DROP STREAM IF EXISTS {stream.Name};";

    public static string InsertInto(string sink, string queryId, string select) =>
        $"INSERT INTO {sink} WITH (QUERY_ID='{queryId}') {select.Trim().TrimEnd(';')};";

    /// <summary>The SELECT of a query's statement, as <see cref="InsertInto"/> took it.</summary>
    public static string SelectOf(KsqlQuerySpec query)
    {
        var before = InsertInto(query.Sink, query.QueryId, "").TrimEnd(';');
        return query.Sql.StartsWith(before, StringComparison.Ordinal) ? query.Sql[before.Length..] : query.Sql;
    }

    public static string Pause(string queryId) => $"PAUSE {queryId};";

    public static string Resume(string queryId) => $"RESUME {queryId};";

    public static string Terminate(string queryId) => $"TERMINATE {queryId};";

    private static string Column(KsqlColumnSpec column) => $"`{column.Name}` {column.Type}{(column.IsKey ? " KEY" : "")}";
}
