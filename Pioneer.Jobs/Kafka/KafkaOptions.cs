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

    /// <summary>Plaintext, Ssl, SaslPlaintext (or SASL_PLAINTEXT), SaslSsl.</summary>
    public string SecurityProtocol { get; set; } = "SASL_PLAINTEXT";

    /// <summary>PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.</summary>
    public string SaslMechanism { get; set; } = "SCRAM-SHA-512";

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>PEM file of the authority to trust; without it the system's store is used.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>What tenants are told; the platform's own bootstrap servers when empty.</summary>
    public string? AdvertisedBootstrapServers { get; set; }

    /// <summary>Mechanism of every credential that Pioneer issues.</summary>
    public const string CredentialMechanism = "SCRAM-SHA-512";

    /// <summary>How long one administrative request may take, in milliseconds.</summary>
    public int RequestTimeoutMs { get; set; } = 8000;

    /// <summary>The bootstrap servers a tenant's own clients are given.</summary>
    public string BootstrapForTenants => string.IsNullOrWhiteSpace(AdvertisedBootstrapServers) ? BootstrapServers : AdvertisedBootstrapServers;

    internal SecurityProtocol ParsedProtocol => Enum.Parse<SecurityProtocol>(Squeeze(SecurityProtocol), ignoreCase: true);

    internal SaslMechanism ParsedMechanism => ParseMechanism(SaslMechanism);

    internal bool UsesSasl => ParsedProtocol is Confluent.Kafka.SecurityProtocol.SaslPlaintext or Confluent.Kafka.SecurityProtocol.SaslSsl;

    internal bool UsesTls => ParsedProtocol is Confluent.Kafka.SecurityProtocol.Ssl or Confluent.Kafka.SecurityProtocol.SaslSsl;

    /// <summary>How a connection of our own is made.</summary>
    internal ConnectionSettings Connection => new(UsesTls, SslCaLocation, UsesSasl ? new SaslSignIn(MechanismName, Username ?? "", Password ?? "") : null);

    private string MechanismName => ParsedMechanism switch
    {
        Confluent.Kafka.SaslMechanism.Plain => "PLAIN",
        Confluent.Kafka.SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
        _ => "SCRAM-SHA-512",
    };

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

    internal static SaslMechanism ParseMechanism(string text) => Squeeze(text).ToUpperInvariant() switch
    {
        "PLAIN" => Confluent.Kafka.SaslMechanism.Plain,
        "SCRAMSHA256" => Confluent.Kafka.SaslMechanism.ScramSha256,
        "SCRAMSHA512" => Confluent.Kafka.SaslMechanism.ScramSha512,
        _ => throw new FormatException($"'{text}' is no SASL mechanism that Pioneer knows; use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."),
    };

    private static string Squeeze(string text) =>
        text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
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

        if (!Enum.TryParse<SecurityProtocol>(options.SecurityProtocol.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out _))
        {
            failures.Add($"Kafka:SecurityProtocol '{options.SecurityProtocol}' is unknown: use PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.");
        }
        else if (options.UsesSasl && (string.IsNullOrEmpty(options.Username) || string.IsNullOrEmpty(options.Password)))
        {
            failures.Add("Kafka:Username and Kafka:Password are needed with a SASL security protocol.");
        }

        CheckMechanism("Kafka:SaslMechanism", options.SaslMechanism, failures);
        if (options.RequestTimeoutMs is < 500 or > 120_000)
        {
            failures.Add($"Kafka:RequestTimeoutMs {options.RequestTimeoutMs} is out of range: 500 to 120000.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckMechanism(string key, string value, List<string> failures)
    {
        try
        {
            KafkaOptions.ParseMechanism(value);
        }
        catch (FormatException mistake)
        {
            failures.Add($"{key}: {mistake.Message}");
        }
    }
}
