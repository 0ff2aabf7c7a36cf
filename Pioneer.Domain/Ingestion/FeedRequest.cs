using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pioneer.Domain.Provisioning;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Domain.Ingestion;

/// <summary>What a person says about a feed.</summary>
public sealed partial record FeedRequest(
    string? Name,
    string? Source,
    string? Table,
    FeedKind Kind,
    ImmutableArray<FeedColumn> Columns,
    ImmutableArray<string> KeyColumns,
    string? TimestampColumn,
    string? IncrementingColumn,
    string? TenantColumn,
    int? PollIntervalMs = null,
    long? RetentionMs = null,
    int? Partitions = null,
    string? Description = null,
    int? CommitDelayMs = null,
    int? QueryLimitMs = null)
{
    public const int DefaultPollIntervalMs = 500;
    public const int DefaultCommitDelayMs = 500;
    public const long DefaultRetentionMs = 7L * 24 * 60 * 60 * 1000;
    private const int MaxCommitDelayMs = 600_000;
    private const int MaxPollIntervalMs = 3_600_000;
    private const int MaxPartitions = 1000;
    private const int MaxColumns = 500;
    private const int MaxKeyColumns = 16;

    /// <summary>Whether a column of that name can be part of a feed: it becomes a name in ksql.</summary>
    public static bool IsColumnName(string name) => ColumnName().IsMatch(name) && !PseudoColumns.Reserved.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a column of that name can be read: it stands in the connector's query, where quotes hold all but what Connect itself would replace,
    /// and a dot parts schema and table.
    /// </summary>
    public static bool CanBeRead(string name) =>
        name.Length is > 0 and <= TextLimits.Name
        && !name.Contains('.') && !name.Contains("${", StringComparison.Ordinal) && !name.Any(char.IsControl);

    /// <summary>The first thing that is wrong with it, by itself; success when it can be a feed.</summary>
    public Result Validate()
    {
        var name = ResourceNames.Check("feed", Name);
        if (name.IsFailure)
        {
            return name.WithoutValue();
        }

        var lengths = TextLimits.CheckAll(
            ("description", "description", Description, TextLimits.Description),
            ("timestampColumn", "column's name", TimestampColumn, TextLimits.Name), ("incrementingColumn", "column's name", IncrementingColumn, TextLimits.Name),
            ("tenantColumn", "column's name", TenantColumn, TextLimits.Name));
        if (lengths.IsFailure)
        {
            return lengths;
        }

        var table = ValidateTable();
        return table.IsFailure ? table : CheckRoles();
    }

    /// <summary>The first thing that is wrong with its table and columns; success when they can be read, whatever else is missing.</summary>
    public Result ValidateTable()
    {
        if (string.IsNullOrWhiteSpace(Table))
        {
            return Error.Invalid("TableMissing", "table", "A feed reads a table or a view; none is named.");
        }

        if (TextLimits.Check("table", "table's name", Table, TextLimits.LongName) is { } longName)
        {
            return longName;
        }

        if (Columns.IsDefaultOrEmpty || Columns.Length > MaxColumns)
        {
            return IngestionErrors.OutOfRange("columns", "number of columns", 1, MaxColumns);
        }

        foreach (var column in Columns)
        {
            if (!IsColumnName(column.As ?? column.Name))
            {
                return IngestionErrors.ColumnNameUnusable(column.As ?? column.Name);
            }

            if (!CanBeRead(column.Name))
            {
                return IngestionErrors.SourceColumnUnusable(column.Name);
            }

            if (TextLimits.Check("columns", $"type of column '{column.Name}'", column.SourceType, TextLimits.Name) is { } tooLong)
            {
                return tooLong;
            }

            if (!KsqlTypes.IsUsable(column.Type))
            {
                return IngestionErrors.ColumnTypeUnknown(column.Name, column.SourceType);
            }
        }

        return (Twice(column => column.Name) ?? Twice(column => column.RecordName)) is { } twice
            ? Error.Invalid(
                "ColumnTwice", "columns", $"Column '{twice}' is there twice; ksql does not tell upper from lower case.", "Give one of them another name.")
            : Result.Success;
    }

    private string? Twice(Func<FeedColumn, string> name) =>
        Columns.GroupBy(name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1)?.Key;

    private Result CheckRoles()
    {
        if (KeyColumns.IsDefaultOrEmpty)
        {
            return IngestionErrors.TableWithoutKey(Table!);
        }

        if (KeyColumns.Length > MaxKeyColumns)
        {
            return IngestionErrors.OutOfRange("keyColumns", "number of key columns", 1, MaxKeyColumns);
        }

        if (string.IsNullOrWhiteSpace(TenantColumn))
        {
            return Error.Invalid(
                "TenantColumnMissing", "tenantColumn", "A feed needs the column that says whose row it is.", "Without one, rows cannot be kept apart by tenant.");
        }

        (string Field, string? Column)[] roles =
        [
            .. KeyColumns.Select(key => ("keyColumns", (string?)key)), ("tenantColumn", TenantColumn), ("timestampColumn", TimestampColumn),
            ("incrementingColumn", IncrementingColumn),
        ];
        foreach (var (field, column) in roles)
        {
            if (column is not null && !Columns.Any(known => string.Equals(known.Name, column, StringComparison.OrdinalIgnoreCase)))
            {
                return IngestionErrors.ColumnUnknown(field, column, Table!);
            }
        }

        if (KeyColumns.GroupBy(key => key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return Error.Invalid("KeyColumnTwice", "keyColumns", $"Column '{twice.Key}' is in the key twice.", "Name each column of the key once.");
        }

        if (KeyColumns.Contains(TenantColumn, StringComparer.OrdinalIgnoreCase))
        {
            return KeyColumns.Length == 1
                ? Error.Invalid(
                    "TenantColumnIsKey", "tenantColumn", "The tenant column cannot be the key: every row of a tenant would have the same key.")
                : Error.Invalid(
                    "TenantColumnIsKey", "keyColumns",
                    $"The tenant column '{TenantColumn}' cannot be part of the key: it is the same in all rows of a tenant.",
                    "Leave it out of the key; keys count within a tenant.");
        }

        if (Kind is FeedKind.Event && TimestampColumn is null && IncrementingColumn is null)
        {
            return IngestionErrors.NothingToPoll(Table!);
        }

        return CheckFigures();
    }

    private Result CheckFigures()
    {
        if (PollIntervalMs is < 50 or > MaxPollIntervalMs)
        {
            return IngestionErrors.OutOfRange("pollIntervalMs", "poll interval in milliseconds", 50, MaxPollIntervalMs);
        }

        if (CommitDelayMs is < 0 or > MaxCommitDelayMs)
        {
            return IngestionErrors.OutOfRange("commitDelayMs", "wait for late commits in milliseconds", 0, MaxCommitDelayMs);
        }

        if (QueryLimitMs is < 0 or (> 0 and < QueryLimits.MinMs) or > QueryLimits.MaxMs)
        {
            return Error.Invalid(
                "OutOfRange", "queryLimitMs", $"The time limit of a query must be {QueryLimits.MinMs} to {QueryLimits.MaxMs} milliseconds.",
                "Leave it out to keep it, and set 0 for what the source's address says, or else a minute.");
        }

        if (RetentionMs is < 60_000)
        {
            return Error.Invalid("OutOfRange", "retentionMs", "Records must be kept for a minute (60000 ms) at least.");
        }

        return Partitions is < 1 or > MaxPartitions ? IngestionErrors.OutOfRange("partitions", "number of partitions", 1, MaxPartitions) : Result.Success;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,127}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex ColumnName();
}
