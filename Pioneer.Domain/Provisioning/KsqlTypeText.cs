namespace Pioneer.Domain.Provisioning;

/// <summary>Compares column types by meaning: <c>VARCHAR</c> is STRING, <c>INT</c> is INTEGER, white space is nothing.</summary>
internal static class KsqlTypeText
{
    public static bool Same(KsqlStreamSpec left, KsqlStreamSpec right) =>
        left.Topic == right.Topic && left.Columns.Length == right.Columns.Length && left.Columns.Zip(right.Columns).All(pair => Same(pair.First, pair.Second));

    /// <summary>The current stream with its columns spelled as the wanted one spells them, where they mean the same.</summary>
    public static KsqlStreamSpec Spelled(KsqlStreamSpec current, KsqlStreamSpec wanted) => current with
    {
        Columns = [.. current.Columns.Select((column, index) =>
            index < wanted.Columns.Length && Same(column, wanted.Columns[index]) ? wanted.Columns[index] : column)],
    };

    private static bool Same(KsqlColumnSpec left, KsqlColumnSpec right) =>
        left.Name == right.Name && left.IsKey == right.IsKey && (left.Type == right.Type || Normal(left.Type) == Normal(right.Type));

    private static string Normal(string type)
    {
        var words = type.ToUpperInvariant().Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words) switch
        {
            "VARCHAR" => "STRING",
            "INT" => "INTEGER",
            "DEC" => "DECIMAL",
            var text => text.Replace("VARCHAR", "STRING", StringComparison.Ordinal),
        };
    }
}
