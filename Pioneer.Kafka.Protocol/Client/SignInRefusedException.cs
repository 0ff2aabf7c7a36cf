namespace Pioneer.Kafka.Protocol.Client;

/// <summary>The broker refused the mechanism, the name or the password.</summary>
public sealed class SignInRefusedException(string user, string reason) : Exception($"the sign-in of '{user}' was refused: {reason}")
{
    /// <summary>Who tried to sign in.</summary>
    public string User { get; } = user;

    /// <summary>The broker's own words.</summary>
    public string Reason { get; } = reason;
}
