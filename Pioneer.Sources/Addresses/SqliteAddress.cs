namespace Pioneer.Sources;

/// <summary>A SQLite file: <c>jdbc:sqlite:/path/to/file.db</c>, with the options of the Xerial driver that say how times are kept.</summary>
/// <param name="File">Whole path of the file.</param>
/// <param name="TimeFormat">How text holds times in the columns that are polled (<c>date_class=TEXT</c>); null where they are epoch milliseconds.</param>
public sealed record SqliteAddress(string File, SqliteTimeFormat? TimeFormat) : SourceAddress
{
    internal const string Scheme = "jdbc:sqlite:";

    private static readonly string[] Options = ["date_class", "date_string_format"];

    /// <inheritdoc/>
    public override string Description => $"SQLite {File}";

    /// <inheritdoc/>
    public override string Jdbc => TimeFormat is { } format
        ? $"{Scheme}{File}?date_class=TEXT&date_string_format={Uri.EscapeDataString(format.Pattern)}"
        : Scheme + File;

    /// <summary>
    /// The condition that a polled column holds a time of the form that is compared. SQLite compares a number with a text by their kinds, and texts letter by
    /// letter: what has another form is before or after every time.
    /// </summary>
    /// <param name="column">The column, quoted.</param>
    public string Compares(string column) => TimeFormat is { } format
        ? $"typeof({column}) = 'text' AND {column} GLOB '{format.Glob}'"
        : $"typeof({column}) IN ('integer', 'real')";

    internal static SqliteAddress? Parse(string url, out AddressProblem? problem)
    {
        var rest = url[Scheme.Length..];
        var at = rest.IndexOf('?', StringComparison.Ordinal);
        var file = at < 0 ? rest : rest[..at];
        // A relative path would be another file for the portal than for the Connect worker; ':memory:' and 'file:' are no files.
        if (file.Length == 0 || !Path.IsPathFullyQualified(file))
        {
            problem = AddressProblem.Malformed($"'{url}' names no file by its whole path.", "Write it as jdbc:sqlite:/path/to/file.db");
            return null;
        }

        var options = AddressOptions.Parse(at < 0 ? "" : rest[(at + 1)..], Options, out problem);
        if (problem is not null)
        {
            return null;
        }

        var format = TimeFormatOf(options, out problem);
        return problem is null ? new SqliteAddress(file, format) : null;
    }

    private static SqliteTimeFormat? TimeFormatOf(AddressOptions options, out AddressProblem? problem)
    {
        problem = null;
        var isText = options.Find("date_class")?.ToUpperInvariant() switch
        {
            null or "INTEGER" => (bool?)false,
            "TEXT" => true,
            _ => null,
        };
        var pattern = options.Find("date_string_format") ?? SqliteTimeFormat.Default.Pattern;
        if (isText is null)
        {
            problem = new AddressProblem("ConnectionOptionMalformed", "date_class is INTEGER or TEXT.", "Leave it out for epoch milliseconds.");
        }
        else if (SqliteTimeFormat.Find(pattern) is null)
        {
            problem = new AddressProblem(
                "ConnectionOptionMalformed", $"date_string_format={pattern} is not known.",
                $"It is one of: {string.Join("; ", SqliteTimeFormat.All.Select(format => format.Pattern))}.");
        }

        return isText is true ? SqliteTimeFormat.Find(pattern) : null;
    }
}
