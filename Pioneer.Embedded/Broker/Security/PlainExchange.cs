using System.Text;

namespace Pioneer.Embedded.Broker.Security;

/// <summary>
/// PLAIN (RFC 4616): <c>[authzid] NUL user NUL password</c>, checked against the user's SCRAM credential, so that there is one set of
/// users for all mechanisms and no password is kept.
/// </summary>
internal sealed class PlainExchange(CredentialLookup credentials) : SaslExchange
{
    private const string Refused = "Authentication failed: Invalid username or password";

    public override SaslStep Next(ReadOnlySpan<byte> token)
    {
        var parts = Encoding.UTF8.GetString(token).Split('\0');
        if (parts.Length != 3 || parts[1].Length == 0 || parts[2].Length == 0)
        {
            return SaslStep.Failed("Invalid SASL/PLAIN response: expected [authzid] NUL user NUL password");
        }

        var (authorization, user, password) = (parts[0], parts[1], parts[2]);
        var credential = credentials(user, ScramMechanism.Sha512) ?? credentials(user, ScramMechanism.Sha256);
        if (credential is null || !credential.Accepts(password))
        {
            return SaslStep.Failed(Refused);
        }

        return authorization.Length == 0 || authorization == user
            ? SaslStep.Done(user, [])
            : SaslStep.Failed("Authentication failed: Client requested an authorization id that is different from username");
    }
}
