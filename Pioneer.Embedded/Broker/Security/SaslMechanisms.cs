namespace Pioneer.Embedded.Broker.Security;

/// <summary>The SASL mechanisms of the secured listener.</summary>
public static class SaslMechanisms
{
    public const string Plain = "PLAIN";
    public const string ScramSha256 = "SCRAM-SHA-256";
    public const string ScramSha512 = "SCRAM-SHA-512";

    /// <summary>All, in the order told to clients.</summary>
    public static IReadOnlyList<string> All { get; } = [ScramSha512, ScramSha256, Plain];
}
