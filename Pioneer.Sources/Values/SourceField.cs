using System.Data.Common;

namespace Pioneer.Sources;

/// <summary>One column of a result and how its values are read.</summary>
/// <param name="SourceType">As the database names it, for messages.</param>
/// <param name="Precision">Digits in all of a <see cref="ValueForm.Exact"/>, where the source declares them.</param>
/// <param name="Scale">Digits after the point of a <see cref="ValueForm.Exact"/>; null where the source declares none and each value has its own.</param>
/// <param name="Read">A value that is not NULL. Throws <see cref="UnreadableValueException"/> where it cannot be what the column is declared as.</param>
public sealed record SourceField(string Name, string SourceType, ValueForm Form, int? Precision, int? Scale, Func<DbDataReader, int, object> Read)
{
    /// <summary>The value in a cell, null for NULL.</summary>
    /// <exception cref="UnreadableValueException">The value cannot be what the column is declared as.</exception>
    public object? Value(DbDataReader reader, int at) => reader.IsDBNull(at) ? null : Read(reader, at);
}
