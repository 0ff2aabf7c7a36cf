using System.Collections.Immutable;
using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>Looks into a source database. Implemented in Jobs; every failure to connect is an <see cref="Error"/> that names the host and reason.</summary>
public interface ISourceInspector
{
    Task<Result> TestAsync(SourceConnection connection, CancellationToken cancellationToken);

    Task<Result<ImmutableArray<SourceTable>>> ListTablesAsync(SourceConnection connection, CancellationToken cancellationToken);

    /// <summary>Looks whether the table is as the feed says; an error where that cannot be asked.</summary>
    Task<Result<FeedCheck>> CheckAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken);

    /// <summary>Reads the first rows of the feed's columns; nothing of other columns leaves the database.</summary>
    Task<Result<SourcePreview>> PreviewAsync(SourceConnection connection, FeedRequest feed, CancellationToken cancellationToken);

    /// <summary>How the source reads values of the feed's tenant column, and which it holds for the same; an error where it cannot be asked.</summary>
    /// <param name="values">Each once; the answer has their order.</param>
    Task<Result<ImmutableArray<TenantValueReading>>> ReadTenantValuesAsync(
        SourceConnection connection, Feed feed, ImmutableArray<string> values, CancellationToken cancellationToken);
}

/// <summary>What is needed to sign in; the password in clear, for the moment of use only.</summary>
/// <param name="TimeZone">IANA name of the zone that the source's times without zone are in.</param>
public sealed record SourceConnection(SourceKind Kind, string ConnectionUrl, string? Username, string? Password, string TimeZone = "UTC")
{
    /// <summary>Never prints the password.</summary>
    public override string ToString() => $"{Kind} {ConnectionUrl} as {Username ?? "(nobody)"}";
}

/// <summary>A table as the source's catalogue describes it.</summary>
/// <param name="PrimaryKey">In the key's own order; empty for a view, and for a table without one.</param>
public sealed record SourceTable(
    string Name, ImmutableArray<SourceColumn> Columns, ImmutableArray<string> PrimaryKey, long? ApproximateRows, bool IsView = false);

/// <summary>A column as the source's catalogue describes it.</summary>
/// <param name="SourceType">Of a domain its base type, as <c>numeric(18,2)</c>.</param>
public sealed record SourceColumn(string Name, string SourceType, TypeReading Reading, bool Nullable);
