using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Kafka.Protocol.Client;

/// <summary>
/// One sign-in by SCRAM (RFC 5802 without channel binding, as Kafka has it). The server proves that it knows the password too: an impostor's
/// answer is an <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class ScramClient(HashAlgorithmName hash, string username, string password)
{
    private const string NoChannelBinding = "n,,";
    private const int NonceBytes = 24;
    private const int MinIterations = 4096;

    /// <summary>More than any Kafka allows: a hostile server must not keep a core busy.</summary>
    private const int MaxIterations = 1_000_000;

    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
    private byte[] _serverSignature = [];

    private string FirstBare => $"n={username.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={_nonce}";

    public byte[] First() => Encoding.UTF8.GetBytes(NoChannelBinding + FirstBare);

    /// <summary>Answers the server's salt and iterations with the proof.</summary>
    public byte[] Final(byte[] serverFirst)
    {
        var challenge = Encoding.UTF8.GetString(serverFirst);
        var fields = Fields(challenge);
        var nonce = Required(fields, 'r');
        if (!int.TryParse(Required(fields, 'i'), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || !nonce.StartsWith(_nonce, StringComparison.Ordinal) || nonce.Length == _nonce.Length || iterations is < MinIterations or > MaxIterations)
        {
            throw new InvalidDataException("the broker's SCRAM challenge is not an answer to ours");
        }

        var withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(NoChannelBinding))},r={nonce}";
        var message = Encoding.UTF8.GetBytes($"{FirstBare},{challenge},{withoutProof}");
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), Decoded(fields, 's'), iterations, hash, CryptographicOperations.HashData(hash, []).Length);
        var clientKey = CryptographicOperations.HmacData(hash, salted, "Client Key"u8);
        var signature = CryptographicOperations.HmacData(hash, CryptographicOperations.HashData(hash, clientKey), message);
        _serverSignature = CryptographicOperations.HmacData(hash, CryptographicOperations.HmacData(hash, salted, "Server Key"u8), message);
        var proof = clientKey.Zip(signature, (left, right) => (byte)(left ^ right)).ToArray();
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Checks that the server knows the password.</summary>
    public void Verify(byte[] serverFinal)
    {
        var claimed = Decoded(Fields(Encoding.UTF8.GetString(serverFinal)), 'v');
        if (!CryptographicOperations.FixedTimeEquals(claimed, _serverSignature))
        {
            throw new InvalidDataException("the broker could not prove that it knows the password");
        }
    }

    private static Dictionary<char, string> Fields(string message) => message.Split(',')
        .Where(field => field.Length > 1 && field[1] == '=').DistinctBy(field => field[0]).ToDictionary(field => field[0], field => field[2..]);

    private static byte[] Decoded(Dictionary<char, string> fields, char name)
    {
        var text = Required(fields, name);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw new InvalidDataException($"'{name}' of the broker's SCRAM message is not Base64");
    }

    private static string Required(Dictionary<char, string> fields, char name) =>
        fields.TryGetValue(name, out var value) ? value : throw new InvalidDataException($"the broker's SCRAM message lacks '{name}'");
}
