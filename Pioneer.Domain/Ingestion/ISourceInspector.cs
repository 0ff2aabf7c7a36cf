using System.Collections.Immutable;

namespace Pioneer.Domain.Ingestion;

/// <summary>Looks into a source database. Implemented in Jobs; every failure to connect is an <see cref="Error"/> that names the host and reason.</summary>
public interface ISourceInspector
{
    Task<Result> TestAsync(SourceConnection connection, CancellationToken cancellationToken);

    Task<Result<ImmutableArray<SourceTable>>> ListTablesAsync(SourceConnection connection, CancellationToken cancellationToken);
}

/// <summary>What is needed to sign in; the password in clear, for the moment of use only.</summary>
public sealed record SourceConnection(SourceKind Kind, string ConnectionUrl, string? Username, string? Password)
{
    /// <summary>Never prints the password.</summary>
    public override string ToString() => $"{Kind} {ConnectionUrl} as {Username ?? "(nobody)"}";
}

/// <summary>A table as the source's catalogue describes it.</summary>
public sealed record SourceTable(string Name, ImmutableArray<SourceColumn> Columns, ImmutableArray<string> PrimaryKey, long? ApproximateRows);

/// <summary>A column as the source's catalogue describes it, with the ksql type it would get; null where none fits.</summary>
public sealed record SourceColumn(string Name, string SourceType, string? KsqlType, bool Nullable);
