using System.Collections.Immutable;

namespace Pioneer.Ksql.Types;

/// <summary>The columns of a stream, a table or a query result, key columns wherever they were declared.</summary>
public sealed record RelationSchema(ImmutableArray<Column> Columns)
{
    /// <summary>A schema without columns.</summary>
    public static RelationSchema Empty { get; } = new(ImmutableArray<Column>.Empty);

    /// <summary>Key columns in order.</summary>
    public IEnumerable<Column> Keys => Columns.Where(c => c.IsKey);

    /// <summary>Value columns in order (header columns are not among them).</summary>
    public IEnumerable<Column> Values => Columns.Where(c => c.Role == ColumnRole.Value);

    /// <summary>The column of exactly this name, or null.</summary>
    public Column? Find(string name) => Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    /// <summary>Parses a column list as ksqlDB prints it or as CREATE STREAM spells it.</summary>
    /// <exception cref="FormatException">The text is not a column list.</exception>
    public static RelationSchema Parse(string text) =>
        SqlTypeParser.TryParseSchema(text, out var schema, out var error) ? schema! : throw new FormatException(error);

    /// <summary>Structural: the same columns in the same order.</summary>
    public bool Equals(RelationSchema? other) => other is not null && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var column in Columns)
        {
            hash.Add(column);
        }

        return hash.ToHashCode();
    }

    /// <summary>As ksqlDB prints schemas: <c>`ID` BIGINT KEY, `AMOUNT` DECIMAL(18, 2)</c>.</summary>
    public override string ToString() => string.Join(", ", Columns);
}
