using System.Security.Cryptography;
using Pioneer.Ksql.Serialization;

namespace Pioneer.Streams.Processing;

/// <summary>Tells contents of rows apart by a hash. One thread at a time.</summary>
internal sealed class RowVersion(RowFormat format)
{
    /// <summary>Bytes of a version.</summary>
    public const int Length = 16;

    /// <summary>The version; null for no row.</summary>
    public byte[]? Of(object?[]? row) => row is null ? null : SHA256.HashData(format.Write(row) ?? [])[..Length];
}
