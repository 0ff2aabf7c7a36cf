namespace Pioneer.Jobs.Kafka;

/// <summary>A name and password that a Kafka client signs in with, by the mechanism of tenant credentials.</summary>
public sealed record KafkaPrincipal(string Username, string Password)
{
    /// <summary>Never shows the password.</summary>
    public override string ToString() => Username;
}
