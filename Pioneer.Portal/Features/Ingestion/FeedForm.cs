using Pioneer.Domain.Ingestion;
using Pioneer.Sources;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>One column of the table while a feed is described: whether it goes to the tenants, and as what.</summary>
public sealed class FeedFormColumn
{
    private FeedFormColumn(string name, string sourceType)
    {
        Name = name;
        SourceType = sourceType;
        Problem = FeedRequest.CanBeRead(name) ? null : "its name has a dot, a line break or '${' in it; a view can rename it";
    }

    public string Name { get; }

    public string SourceType { get; }

    public bool Nullable { get; private init; }

    /// <summary>The ksql types that fit, the best first; <c>DECIMAL</c> asks for digits.</summary>
    public IReadOnlyList<string> Types { get; private init; } = [];

    /// <summary>What is not obvious about its reading; empty where nothing is.</summary>
    public string Note { get; private init; } = "";

    /// <summary>Why it can be no part of a feed; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>Tenants have it already, so that it can neither go nor change.</summary>
    public bool Fixed { get; private init; }

    public bool Included { get; set; }

    public string Type { get; set; } = "";

    /// <summary>Its name in records, where that is not the source's; empty takes the source's.</summary>
    public string As { get; set; } = "";

    /// <summary>The source's name can be none in ksql, so that it needs another.</summary>
    public bool NeedsName => !FeedRequest.IsColumnName(Name);

    /// <summary>Whether digits are to be chosen: the source keeps numbers of any length.</summary>
    public bool AsksForDigits => !Fixed && Types.Contains(TypeReading.AnyDecimal);

    public static FeedFormColumn Of(SourceColumn column)
    {
        var made = new FeedFormColumn(column.Name, column.SourceType)
        {
            Nullable = column.Nullable, Types = column.Reading.KsqlTypes, Note = column.Reading.Note, Type = column.Reading.Best,
        };
        made.Included = made.Problem is null && !made.AsksForDigits && !made.NeedsName;
        return made;
    }

    public static FeedFormColumn Of(FeedColumn column, bool isFixed) => new(column.Name, column.SourceType)
    {
        Nullable = column.Nullable, Types = [column.Type], Type = column.Type, As = column.As ?? "", Included = true, Fixed = isFixed,
    };
}

/// <summary>What the dialog of a feed holds while somebody fills it in.</summary>
public sealed class FeedForm
{
    private const double MsPerDay = 86_400_000, MsPerSecond = 1_000;

    private readonly List<string> _keys;

    private FeedForm(FeedRequest request, IEnumerable<FeedFormColumn> columns)
    {
        Columns = [.. columns];
        (Source, Table, Name, Description, Kind) = (request.Source!, request.Table!, request.Name ?? "", request.Description ?? "", request.Kind);
        (Tenant, Time, Growing) = (request.TenantColumn ?? "", request.TimestampColumn ?? "", request.IncrementingColumn ?? "");
        _keys = [.. request.KeyColumns];
        PollMs = request.PollIntervalMs ?? FeedRequest.DefaultPollIntervalMs;
        DelayMs = request.CommitDelayMs ?? FeedRequest.DefaultCommitDelayMs;
        QuerySeconds = request.QueryLimitMs / MsPerSecond;
        KeptDays = (request.RetentionMs ?? FeedRequest.DefaultRetentionMs) / MsPerDay;
        Partitions = request.Partitions;
    }

    public IReadOnlyList<FeedFormColumn> Columns { get; }

    public string Source { get; }

    public string Table { get; }

    /// <summary>Somebody is granted it: key, tenant column, kind and present columns stay.</summary>
    public bool IsGranted { get; private init; }

    public string Name { get; set; }

    public string Description { get; set; }

    public FeedKind Kind { get; set; }

    public string Tenant { get; set; }

    /// <summary>The columns of the key, in its order.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Where a column of the key can be chosen: those that are, and one more.</summary>
    public int KeyPlaces => IsGranted ? _keys.Count : _keys.Count + 1;

    public string Time { get; set; }

    public string Growing { get; set; }

    public int PollMs { get; set; }

    public int DelayMs { get; set; }

    /// <summary>How long one query may take; null as the source's address or the platform has it.</summary>
    public double? QuerySeconds { get; set; }

    public double KeptDays { get; set; }

    public int? Partitions { get; set; }

    /// <summary>What this way of reading would not see.</summary>
    public string NotSeen => FeedSight.NotSeen(Kind, Blank(Time), Blank(Growing), DelayMs);

    /// <summary>A feed of a table, filled in with what the catalogue suggests.</summary>
    public static FeedForm New(string source, SourceTable table) =>
        new(ManageFeeds.Suggest(source, table, FeedKind.Event, null), table.Columns.Select(FeedFormColumn.Of));

    /// <summary>A feed that is there; the table as it is now adds the columns that are not part of it, where it could be looked at.</summary>
    public static FeedForm Of(FeedRow feed, SourceTable? table)
    {
        var request = new FeedRequest(
            feed.Name, feed.Source, feed.Table, feed.Kind, feed.Columns, feed.KeyColumns, feed.TimestampColumn, feed.IncrementingColumn, feed.TenantColumn, feed.PollIntervalMs,
            feed.RetentionMs, feed.Partitions, feed.Description, feed.CommitDelayMs, feed.QueryLimitMs);
        var granted = feed.Tenants > 0;
        var others = table is null ? [] : table.Columns.Where(column => !feed.Columns.Any(known => known.Name == column.Name)).Select(FeedFormColumn.Of).ToList();
        foreach (var column in others)
        {
            column.Included = false;
        }

        return new FeedForm(request, feed.Columns.Select(column => FeedFormColumn.Of(column, granted)).Concat(others)) { IsGranted = granted };
    }

    /// <summary>The column at a place of the key; empty where none is.</summary>
    public string KeyAt(int place) => place < _keys.Count ? _keys[place] : "";

    /// <summary>Chooses the column at a place of the key; none takes the place away.</summary>
    public void SetKey(int place, string? column)
    {
        if (place < _keys.Count)
        {
            _keys.RemoveAt(place);
        }

        if (!string.IsNullOrEmpty(column))
        {
            _keys.Insert(Math.Min(place, _keys.Count), column);
        }
    }

    public FeedRequest ToRequest() => new(
        Name, Source, Table, Kind,
        [
            .. Columns.Where(column => column.Included)
                .Select(column => new FeedColumn(column.Name, column.SourceType, column.Type, column.Nullable, Blank(column.As.Trim()))),
        ],
        [.. _keys], Kind is FeedKind.Event ? Blank(Time) : null, Kind is FeedKind.Event ? Blank(Growing) : null, Blank(Tenant), PollMs,
        (long)Ms(KeptDays, MsPerDay, long.MaxValue), Partitions, Description, DelayMs, (int)Ms(QuerySeconds ?? 0, MsPerSecond, int.MaxValue));

    // rounded, as the way into the form and back must not change what nobody touched
    private static double Ms(double value, double unit, double most) => double.Clamp(double.Round(value * unit), -most, most);

    private static string? Blank(string text) => text.Length == 0 ? null : text;
}
