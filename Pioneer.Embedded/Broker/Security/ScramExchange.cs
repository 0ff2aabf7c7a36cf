using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>SCRAM (RFC 5802, 7677) without channel binding. The server's part of the nonce may be given for tests.</summary>
internal sealed class ScramExchange(ScramMechanism mechanism, CredentialLookup credentials, string? serverNonce = null) : SaslExchange
{
    private const string Refused = "Authentication failed during authentication due to invalid credentials with SASL mechanism ";
    private const int NonceBytes = 24;

    private readonly string _serverNonce = serverNonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
    private ScramCredential? _credential;
    private string _user = "";
    private string _gs2Header = "";
    private string _clientNonce = "";
    private string _nonce = "";
    private string _clientFirstBare = "";
    private string _serverFirst = "";

    private string RefusedMessage => Refused + (mechanism == ScramMechanism.Sha512 ? SaslMechanisms.ScramSha512 : SaslMechanisms.ScramSha256);

    public override SaslStep Next(ReadOnlySpan<byte> token)
    {
        var message = Encoding.UTF8.GetString(token);
        return _serverFirst.Length == 0 ? First(message) : Final(message);
    }

    private SaslStep First(string message)
    {
        // n,[a=authzid],n=user,r=nonce[,extensions]
        var parts = message.Split(',', 3);
        if (parts.Length != 3 || parts[0] is not ("n" or "y"))
        {
            return SaslStep.Failed("Invalid SASL/SCRAM client first message: channel binding is not supported");
        }

        _gs2Header = parts[0] + "," + parts[1] + ",";
        _clientFirstBare = parts[2];
        var user = Attribute(_clientFirstBare, 'n');
        var nonce = Attribute(_clientFirstBare, 'r');
        if (string.IsNullOrEmpty(user) || string.IsNullOrEmpty(nonce))
        {
            return SaslStep.Failed("Invalid SASL/SCRAM client first message: user and nonce are required");
        }

        _user = user.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        var authorization = parts[1].StartsWith("a=", StringComparison.Ordinal) ? parts[1][2..] : "";
        if (authorization.Length > 0 && authorization != user)
        {
            return SaslStep.Failed("Authentication failed: Client requested an authorization id that is different from username");
        }

        _credential = credentials(_user, mechanism);
        if (_credential is null)
        {
            return SaslStep.Failed(RefusedMessage);
        }

        _clientNonce = nonce;
        _nonce = nonce + _serverNonce;
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(_credential.Salt)},i={_credential.Iterations}";
        return SaslStep.Continue(Encoding.UTF8.GetBytes(_serverFirst));
    }

    private SaslStep Final(string message)
    {
        // c=base64(gs2 header),r=nonce[,extensions],p=base64(proof)
        var end = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (end < 0 || _credential is null)
        {
            return SaslStep.Failed("Invalid SASL/SCRAM client final message: the proof is missing");
        }

        var withoutProof = message[..end];
        var proof = new byte[SHA512.HashSizeInBytes];
        if (Attribute(withoutProof, 'c') != Convert.ToBase64String(Encoding.UTF8.GetBytes(_gs2Header))
            || !IsAgreedNonce(Attribute(withoutProof, 'r'))
            || !Convert.TryFromBase64String(message[(end + ",p=".Length)..], proof, out var proofBytes))
        {
            return SaslStep.Failed("Invalid SASL/SCRAM client final message: nonce, binding or proof is not as agreed");
        }

        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{withoutProof}");
        return _credential.AcceptsProof(authMessage, proof.AsSpan(0, proofBytes))
            ? SaslStep.Done(_user, Encoding.UTF8.GetBytes("v=" + Convert.ToBase64String(_credential.ServerSignature(authMessage))))
            : SaslStep.Failed(RefusedMessage);
    }

    /// <summary>
    /// librdkafka before 2.6.1 (kcat of Debian 12 and Ubuntu 24.04) sends its own nonce twice. Exactly that is let through: the proof covers
    /// the message as it was sent, so nothing else is.
    /// </summary>
    private bool IsAgreedNonce(string? nonce) => nonce is not null && (nonce == _nonce || nonce == _clientNonce + _nonce);

    private static string? Attribute(string message, char name) =>
        message.Split(',').Where(part => part.Length > 1 && part[0] == name && part[1] == '=').Select(part => part[2..]).FirstOrDefault();
}
