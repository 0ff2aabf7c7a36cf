using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>SCRAM's hash; numbers are those of the wire.</summary>
public enum ScramMechanism : sbyte
{
    Unknown = 0,
    Sha256 = 1,
    Sha512 = 2,
}

/// <summary>
/// What is kept of a password for one mechanism (RFC 5802): enough to check a proof and to prove the server, not enough to sign in.
/// </summary>
public sealed record ScramCredential(ScramMechanism Mechanism, byte[] Salt, byte[] StoredKey, byte[] ServerKey, int Iterations)
{
    /// <summary>Fewer iterations are refused (Kafka's own bound).</summary>
    public const int MinIterations = 4096;

    /// <summary>More iterations are refused (Kafka's own bound).</summary>
    public const int MaxIterations = 16384;

    private const int SaltBytes = 16;

    /// <summary>A credential from a password, with a fresh salt.</summary>
    public static ScramCredential FromPassword(ScramMechanism mechanism, string password, int iterations = MinIterations) =>
        FromPassword(mechanism, password, RandomNumberGenerator.GetBytes(SaltBytes), iterations);

    /// <summary>A credential from a password and a given salt.</summary>
    public static ScramCredential FromPassword(ScramMechanism mechanism, string password, byte[] salt, int iterations) =>
        FromSaltedPassword(mechanism, SaltPassword(mechanism, password, salt, iterations), salt, iterations);

    /// <summary>A credential from what AlterUserScramCredentials carries: the client has salted the password already.</summary>
    public static ScramCredential FromSaltedPassword(ScramMechanism mechanism, ReadOnlySpan<byte> saltedPassword, byte[] salt, int iterations)
    {
        var clientKey = Hmac(mechanism, saltedPassword, "Client Key"u8);
        return new ScramCredential(mechanism, salt, Hash(mechanism, clientKey), Hmac(mechanism, saltedPassword, "Server Key"u8), iterations);
    }

    /// <summary>Whether this is the password. Compares in constant time.</summary>
    public bool Accepts(string password) =>
        CryptographicOperations.FixedTimeEquals(FromPassword(Mechanism, password, Salt, Iterations).StoredKey, StoredKey);

    /// <summary>Whether a client's proof over the exchange is right. Compares in constant time.</summary>
    public bool AcceptsProof(ReadOnlySpan<byte> authMessage, ReadOnlySpan<byte> proof)
    {
        var signature = Hmac(Mechanism, StoredKey, authMessage);
        if (proof.Length != signature.Length)
        {
            return false;
        }

        for (var i = 0; i < signature.Length; i++)
        {
            signature[i] ^= proof[i];
        }

        return CryptographicOperations.FixedTimeEquals(Hash(Mechanism, signature), StoredKey);
    }

    /// <summary>The server's own proof over the exchange.</summary>
    public byte[] ServerSignature(ReadOnlySpan<byte> authMessage) => Hmac(Mechanism, ServerKey, authMessage);

    /// <summary>RFC 5802's Hi(): PBKDF2 with one block.</summary>
    public static byte[] SaltPassword(ScramMechanism mechanism, string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashName(mechanism), HashBytes(mechanism));

    private static int HashBytes(ScramMechanism mechanism) =>
        mechanism == ScramMechanism.Sha512 ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes;

    private static HashAlgorithmName HashName(ScramMechanism mechanism) =>
        mechanism == ScramMechanism.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    private static byte[] Hash(ScramMechanism mechanism, ReadOnlySpan<byte> data) =>
        mechanism == ScramMechanism.Sha512 ? SHA512.HashData(data) : SHA256.HashData(data);

    private static byte[] Hmac(ScramMechanism mechanism, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        mechanism == ScramMechanism.Sha512 ? HMACSHA512.HashData(key, data) : HMACSHA256.HashData(key, data);
}
