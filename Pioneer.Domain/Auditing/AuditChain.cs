using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Domain.Auditing;

/// <summary>
/// The rule by which audit entries hang together: an entry's hash is the SHA-256 of the hash before it and of its own fields. Whoever changes, inserts or
/// takes out a row has to make every later hash anew, and those were exported as they happened.
/// </summary>
public static class AuditChain
{
    /// <summary>What stands before the first entry.</summary>
    public static readonly string Beginning = new('0', 64);

    private static readonly byte[] Absent = [0xff, 0xff, 0xff, 0xff];

    /// <summary>Gives the entry its place behind <paramref name="head"/>, and makes it the head.</summary>
    internal static void Append(AuditHead head, AuditEntry entry)
    {
        entry.Sequence = ++head.Sequence;
        entry.Hash = head.Hash = HashOf(head.Hash, entry);
    }

    /// <summary>The hash that the entry must have behind <paramref name="previous"/>. Each field counts with its length, so that none can lend to the next.</summary>
    public static string HashOf(string previous, AuditEntry entry)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(sha, previous);
        Add(sha, entry.Sequence?.ToString());
        Add(sha, entry.At.UtcTicks.ToString());
        Add(sha, entry.ActorId);
        Add(sha, entry.ActorName);
        Add(sha, entry.Action);
        Add(sha, entry.SubjectKind);
        Add(sha, entry.Subject);
        Add(sha, entry.TenantId?.ToString());
        Add(sha, entry.Before);
        Add(sha, entry.After);
        Add(sha, entry.OperationId?.ToString());
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    private static void Add(IncrementalHash sha, string? field)
    {
        if (field is null)
        {
            sha.AppendData(Absent);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(field);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        sha.AppendData(length);
        sha.AppendData(bytes);
    }
}
