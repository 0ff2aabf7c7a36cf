using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>Section <c>Kafka</c>: how the platform reaches the brokers and what it tells tenants.</summary>
public sealed class KafkaOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "Kafka";

    public string BootstrapServers { get; set; } = "";

    /// <summary>PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, in either spelling of <see cref="ConnectionWords"/>.</summary>
    public string SecurityProtocol { get; set; } = "SASL_PLAINTEXT";

    /// <summary>PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, in either spelling.</summary>
    public string SaslMechanism { get; set; } = "SCRAM-SHA-512";

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>PEM file of the authority to trust; without it the system's store is used.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>What tenants are told; the platform's own bootstrap servers when empty.</summary>
    public string? AdvertisedBootstrapServers { get; set; }

    /// <summary>
    /// The brokers' <c>super.users</c>, names with or without <c>User:</c>, separated by semicolons or commas; null where nobody said them, as brokers
    /// do not tell.
    /// </summary>
    public string? SuperUsers { get; set; }

    /// <summary>The brokers' <c>allow.everyone.if.no.acl.found</c>.</summary>
    public bool AllowEveryoneIfNoAclFound { get; set; }

    /// <summary>Mechanism of every credential that Pioneer issues.</summary>
    public const string CredentialMechanism = "SCRAM-SHA-512";

    /// <summary>How long one administrative request may take, in milliseconds.</summary>
    public int RequestTimeoutMs { get; set; } = 8000;

    /// <summary>The bootstrap servers a tenant's own clients are given.</summary>
    public string BootstrapForTenants => string.IsNullOrWhiteSpace(AdvertisedBootstrapServers) ? BootstrapServers : AdvertisedBootstrapServers;

    /// <summary>The protocol as Kafka writes it, for parts outside of this process.</summary>
    public string ProtocolName => ConnectionWords.Protocol(SecurityProtocol)
        ?? throw new FormatException($"'{SecurityProtocol}' is no security protocol; use {ConnectionWords.Protocols}.");

    /// <summary>The mechanism as Kafka writes it.</summary>
    public string MechanismName => ConnectionWords.Mechanism(SaslMechanism)
        ?? throw new FormatException($"'{SaslMechanism}' is no SASL mechanism that Pioneer knows; use {ConnectionWords.Mechanisms}.");

    internal SecurityProtocol ParsedProtocol => Enum.Parse<SecurityProtocol>(ProtocolName.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    internal SaslMechanism ParsedMechanism => Enum.Parse<SaslMechanism>(MechanismName.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    internal bool UsesSasl => ParsedProtocol is Confluent.Kafka.SecurityProtocol.SaslPlaintext or Confluent.Kafka.SecurityProtocol.SaslSsl;

    internal bool UsesTls => ParsedProtocol is Confluent.Kafka.SecurityProtocol.Ssl or Confluent.Kafka.SecurityProtocol.SaslSsl;

    /// <summary>How a connection of our own is made.</summary>
    internal ConnectionSettings Connection => new(UsesTls, SslCaLocation, UsesSasl ? new SaslSignIn(MechanismName, Username ?? "", Password ?? "") : null);

    /// <summary>The same cluster for a principal that Pioneer made.</summary>
    internal KafkaOptions For(KafkaPrincipal principal) => new()
    {
        BootstrapServers = BootstrapServers,
        SecurityProtocol = SecurityProtocol,
        SaslMechanism = CredentialMechanism,
        SslCaLocation = SslCaLocation,
        RequestTimeoutMs = RequestTimeoutMs,
        Username = principal.Username,
        Password = principal.Password,
    };
}

/// <summary>Reports every mistake in the <c>Kafka</c> section at once, each with its key.</summary>
public sealed class KafkaOptionsValidator : IValidateOptions<KafkaOptions>
{
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.BootstrapServers))
        {
            failures.Add("Kafka:BootstrapServers is empty: name at least one broker as host:port.");
        }

        if (ConnectionWords.Protocol(options.SecurityProtocol) is null)
        {
            failures.Add($"Kafka:SecurityProtocol '{options.SecurityProtocol}' is unknown: use {ConnectionWords.Protocols}.");
        }
        else if (options.UsesSasl && (string.IsNullOrEmpty(options.Username) || string.IsNullOrEmpty(options.Password)))
        {
            failures.Add("Kafka:Username and Kafka:Password are needed with a SASL security protocol.");
        }

        if (ConnectionWords.Mechanism(options.SaslMechanism) is null)
        {
            failures.Add($"Kafka:SaslMechanism '{options.SaslMechanism}' is unknown: use {ConnectionWords.Mechanisms}.");
        }

        if (options.RequestTimeoutMs is < 500 or > 120_000)
        {
            failures.Add($"Kafka:RequestTimeoutMs {options.RequestTimeoutMs} is out of range: 500 to 120000.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
