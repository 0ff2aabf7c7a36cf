using Pioneer.Domain;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Portal.Features.Editor;

/// <summary>A checked query in plain words.</summary>
public static class QueryExplanation
{
    /// <summary>Null for text that is no query or does not pass the sandbox.</summary>
    public static string? Of(string sql, CheckedStatement statement, string target)
    {
        if (QueryOf(sql) is not { } query || statement.Reads.IsEmpty)
        {
            return null;
        }

        var source = string.Join(" and ", statement.Reads);
        var filter = query.Where is { } where ? $" for which {KsqlPrinter.Print(where)}" : "";
        var keys = statement.ResultSchema.Keys.Select(k => k.Name).ToList();
        var columns = statement.ResultSchema.Columns.Length;
        return $"Takes each record of {source}{filter} and sends one record with {Plural.Of(columns, "column")}"
            + $"{(keys.Count > 0 ? $", keyed by {string.Join(", ", keys)}," : "")} to {target}.";
    }

    private static Query? QueryOf(string sql) => KsqlParser.Parse(sql).Statements.FirstOrDefault() switch
    {
        QueryStatement statement => statement.Query,
        InsertInto insert => insert.Query,
        _ => null,
    };
}
