namespace Pioneer.Sources;

/// <summary>Names and texts as they stand in SQL; the rules are the standard's, which both dialects keep.</summary>
public static class SqlNames
{
    /// <summary>One identifier, whatever it holds.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A table's name, with its schema where a dot parts them.</summary>
    public static string QuoteParts(string name) => string.Join('.', name.Split('.').Select(Quote));

    /// <summary>A text.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
