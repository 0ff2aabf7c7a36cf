namespace Pioneer.Kafka.Protocol.Client;

/// <summary>How brokers are connected to.</summary>
/// <param name="UsesTls">Whether the listener speaks TLS.</param>
/// <param name="AuthorityFile">PEM file of the authority to trust; without it the system's store is used.</param>
/// <param name="SignIn">Null where the listener asks for no sign-in.</param>
public sealed record ConnectionSettings(bool UsesTls, string? AuthorityFile, SaslSignIn? SignIn);

/// <summary>Who signs in, and how.</summary>
/// <param name="Mechanism">PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.</param>
public sealed record SaslSignIn(string Mechanism, string User, string Password)
{
    /// <inheritdoc/>
    public override string ToString() => $"{User} by {Mechanism}";
}
