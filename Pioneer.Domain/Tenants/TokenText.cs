using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Domain.Tenants;

/// <summary>Random bearer texts and what is stored of them.</summary>
public static class TokenText
{
    /// <summary>What every API token begins with, so that scanners find leaked ones.</summary>
    public const string ApiPrefix = "pio_";

    private const int RandomBytes = 32;

    /// <summary>256 random bits after the prefix.</summary>
    public static string New(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>SHA-256, hex. A fast hash is right here: the text has 256 bits of its own.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
