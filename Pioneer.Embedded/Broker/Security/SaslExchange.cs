namespace Pioneer.Embedded.Broker.Security;

/// <summary>Looks a user's credential up; null when there is none for the mechanism.</summary>
public delegate ScramCredential? CredentialLookup(string user, ScramMechanism mechanism);

/// <summary>One step of an authentication.</summary>
/// <param name="Token">To be sent to the client.</param>
/// <param name="User">Who signed in; null while more steps are needed.</param>
/// <param name="Error">Why it failed; the same words for an unknown user and a wrong password. Null when not failed.</param>
public readonly record struct SaslStep(byte[] Token, string? User, string? Error)
{
    internal static SaslStep Continue(byte[] token) => new(token, null, null);

    internal static SaslStep Done(string user, byte[] token) => new(token, user, null);

    internal static SaslStep Failed(string error) => new([], null, error);
}

/// <summary>The server's side of one authentication. Not thread safe: one a connection.</summary>
public abstract class SaslExchange
{
    /// <summary>Starts an exchange; null for a mechanism that is not served.</summary>
    public static SaslExchange? Start(string mechanism, CredentialLookup credentials) => mechanism switch
    {
        SaslMechanisms.Plain => new PlainExchange(credentials),
        SaslMechanisms.ScramSha256 => new ScramExchange(ScramMechanism.Sha256, credentials),
        SaslMechanisms.ScramSha512 => new ScramExchange(ScramMechanism.Sha512, credentials),
        _ => null,
    };

    /// <summary>Takes the client's next token.</summary>
    public abstract SaslStep Next(ReadOnlySpan<byte> token);
}
