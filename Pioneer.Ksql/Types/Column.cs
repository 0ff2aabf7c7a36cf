namespace Pioneer.Ksql.Types;

/// <summary>Where a column's data lives in a record.</summary>
public enum ColumnRole
{
    /// <summary>In the record's key (streams).</summary>
    Key,

    /// <summary>In the record's key (tables).</summary>
    PrimaryKey,

    /// <summary>In the record's value.</summary>
    Value,

    /// <summary>In the record's headers; read only.</summary>
    Headers,
}

/// <summary>A column of a stream or table. The name is exact.</summary>
public sealed record Column(string Name, SqlType Type, ColumnRole Role)
{
    /// <summary>For <see cref="ColumnRole.Headers"/>: the one header it shows, or null for all of them.</summary>
    public string? HeaderKey { get; init; }

    /// <summary>In the record's key, for a stream or a table.</summary>
    public bool IsKey => Role is ColumnRole.Key or ColumnRole.PrimaryKey;

    /// <summary>As ksqlDB prints it: <c>`ID` BIGINT KEY</c> for streams and tables alike.</summary>
    public override string ToString() => $"{Identifiers.Quote(Name)} {Type}" + Role switch
    {
        ColumnRole.Key or ColumnRole.PrimaryKey => " KEY",
        ColumnRole.Headers => HeaderKey is null ? " HEADERS" : $" HEADER('{HeaderKey}')",
        _ => string.Empty,
    };
}
