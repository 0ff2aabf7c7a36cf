using System.Collections.Immutable;
using System.Data.Common;

namespace Pioneer.Sources;

/// <summary>Rows of a query as they come, with the reading of their columns.</summary>
public sealed class SourceRows(
    DbDataReader reader, Func<DbDataReader, ImmutableArray<SourceField>> describe, Func<Task<bool>> read, IDisposable? limit = null) : IAsyncDisposable
{
    private ImmutableArray<SourceField>? _fields;

    /// <summary>The reader; values of the current row are read from it by <see cref="Fields"/>.</summary>
    public DbDataReader Reader => reader;

    /// <summary>The columns. SQLite tells the type of an expression by the row it stands on, so that this is asked on the first one.</summary>
    public ImmutableArray<SourceField> Fields => _fields ??= describe(reader);

    /// <summary>Goes to the next row.</summary>
    /// <exception cref="QueryLimitException">None came within the query's limit.</exception>
    public Task<bool> ReadAsync() => read();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        limit?.Dispose();
        return reader.DisposeAsync();
    }
}
