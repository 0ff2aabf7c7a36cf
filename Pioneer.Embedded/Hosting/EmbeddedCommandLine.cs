using System.Globalization;
using System.Net;
using Pioneer.Embedded.Broker.Cluster;

namespace Pioneer.Embedded;

/// <summary>
/// The switches of the standalone program, read through configuration: <c>--name value</c>, <c>--name=value</c> and, for an external
/// cluster, the same <c>Kafka:</c> keys that the portal reads.
/// </summary>
internal static class EmbeddedCommandLine
{
    public const string Usage =
        "usage: Pioneer.Embedded --data DIR [--kafka 127.0.0.1:9092] [--kafka-sasl 127.0.0.1:9093] [--ksql 127.0.0.1:8088] "
        + "[--connect 127.0.0.1:8083] [--brokers 1] [--super-user NAME --super-password SECRET] [--demo true] "
        + "[--auto-create-topics true] [--num-partitions 1]\n"
        + "An endpoint may be 'off'; port 0 picks a free one. The super user is the one that ksql server and Connect worker ask for, too. --Kafka:BootstrapServers=HOST:PORT runs against that cluster.";

    private static readonly HashSet<string> Known =
        ["data", "kafka", "kafka-sasl", "ksql", "connect", "brokers", "super-user", "super-password", "demo", "auto-create-topics", "num-partitions"];

    /// <exception cref="ArgumentException">A switch is unknown, missing or malformed; the message names it.</exception>
    public static EmbeddedPlatformOptions Parse(string[] args)
    {
        var config = new ConfigurationBuilder().AddCommandLine(args).Build();
        foreach (var section in config.GetChildren())
        {
            if (!Known.Contains(section.Key) && !section.Key.Equals("Kafka", StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"--{section.Key} is not known");
            }
        }

        var brokers = config["brokers"] ?? "1";
        if (brokers != "1")
        {
            throw new ArgumentException($"--brokers {brokers}: this version runs one broker");
        }

        var (user, password) = (config["super-user"], config["super-password"]);
        if (string.IsNullOrEmpty(user) != string.IsNullOrEmpty(password))
        {
            throw new ArgumentException("--super-user and --super-password go together");
        }

        return new EmbeddedPlatformOptions
        {
            DataDirectory = config["data"] is { Length: > 0 } data ? data : throw new ArgumentException("--data DIR is missing"),
            KafkaPlainEndpoint = Endpoint(config, "kafka", 9092),
            KafkaSaslEndpoint = Endpoint(config, "kafka-sasl", 9093),
            KsqlEndpoint = Endpoint(config, "ksql", 8088),
            ConnectEndpoint = Endpoint(config, "connect", 8083),
            SuperUser = user,
            SuperPassword = password,
            KsqlUser = user,
            KsqlPassword = password,
            ConnectUser = user,
            ConnectPassword = password,
            ExternalKafka = External(config),
            AutoCreateTopics = Flag(config, "auto-create-topics"),
            DefaultPartitions = Partitions(config),
            Demo = Flag(config, "demo"),
        };
    }

    private static bool Flag(IConfiguration config, string name) => bool.TryParse(config[name] ?? "false", out var flag)
        ? flag
        : throw new ArgumentException($"--{name} {config[name]}: true or false is expected");

    private static int Partitions(IConfiguration config) =>
        int.TryParse(config["num-partitions"] ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= TopicService.MaxPartitions
            ? count
            : throw new ArgumentException($"--num-partitions {config["num-partitions"]}: a number from 1 to {TopicService.MaxPartitions} is expected");

    /// <summary>The cluster that configuration names under <c>Kafka:</c>, or null.</summary>
    public static KafkaConnection? External(IConfiguration config) => config["Kafka:BootstrapServers"] is { Length: > 0 } bootstrap
        ? new KafkaConnection(
            bootstrap,
            config["Kafka:SecurityProtocol"],
            config["Kafka:SaslMechanism"],
            config["Kafka:Username"],
            config["Kafka:Password"],
            config["Kafka:SslCaLocation"] is { Length: > 0 } authority ? authority : null)
        : null;

    private static IPEndPoint? Endpoint(IConfiguration config, string name, int port)
    {
        var text = config[name] is { Length: > 0 } given ? given : "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var endpoint)
            && text.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new ArgumentException($"--{name} {text}: expected ADDRESS:PORT or off");
    }
}
