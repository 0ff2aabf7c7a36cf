using System.Globalization;

namespace Pioneer.Embedded;

/// <summary>Between a host's configuration and the platform's options: what to start, and what to tell afterwards.</summary>
internal static class PortalPlatform
{
    private const int KafkaPort = 9093;
    private const int KsqlPort = 8088;
    private const int ConnectPort = 8083;
    private const double PaymentsPerSecond = 5;

    /// <summary>The word that embedded parts may run on a cluster that configuration names.</summary>
    private const string OnExternalKafka = "Embedded:OnExternalKafka";

    /// <summary>Set where a demo bank was asked for and is left out: its file is here, and the Connect that is to read it is not.</summary>
    private const string DemoLeftOut = "Demo:LeftOut";

    public static EmbeddedPlatformOptions Decide(IConfiguration configuration, PlatformMemory memory)
    {
        var external = EmbeddedCommandLine.External(configuration);
        if (external is not null)
        {
            RequireWord(configuration);
        }

        var last = memory.Settings;
        return new EmbeddedPlatformOptions
        {
            DataDirectory = Path.GetFullPath(memory.Directory),
            DemoDirectory = Path.GetFullPath(Path.Combine(memory.Directory, "..", "demo")),
            ExternalKafka = external,
            Switches = ListenSwitches.OfHost,
            KafkaSaslEndpoint = external is null ? LoopbackPorts.Choose(configuration, ListenSwitches.OfHost.Kafka, last.KafkaPort, KafkaPort) : null,
            KsqlEndpoint = IsSet(configuration, "Ksql:Url")
                ? null
                : LoopbackPorts.Choose(configuration, ListenSwitches.OfHost.Ksql, last.KsqlPort, KsqlPort),
            ConnectEndpoint = IsSet(configuration, "Connect:Url")
                ? null
                : LoopbackPorts.Choose(configuration, ListenSwitches.OfHost.Connect, last.ConnectPort, ConnectPort),
            SuperUser = external is null ? PlatformMemory.SuperUser : null,
            SuperPassword = external is null ? memory.Secret : null,
            KsqlUser = PlatformMemory.SuperUser,
            KsqlPassword = memory.Derived("ksql"),
            ConnectUser = PlatformMemory.SuperUser,
            ConnectPassword = memory.Derived("connect"),
            Demo = WantsDemo(configuration, last, external is null) && !IsSet(configuration, "Connect:Url"),
            DemoPaymentsPerSecond = Rate(configuration),
        };
    }

    /// <summary>Writes where the started parts are into the configuration; keys of parts that run elsewhere are left alone.</summary>
    public static void Publish(IConfiguration configuration, EmbeddedPlatformOptions options, EmbeddedPlatform platform)
    {
        var endpoints = platform.Endpoints;
        if (endpoints.KafkaSasl is { } kafka)
        {
            configuration["Kafka:BootstrapServers"] = kafka;
            configuration["Kafka:SecurityProtocol"] = "SASL_PLAINTEXT";
            configuration["Kafka:SaslMechanism"] = "SCRAM-SHA-256";
            configuration["Kafka:Username"] = options.SuperUser;
            configuration["Kafka:Password"] = options.SuperPassword;
            configuration["Kafka:SuperUsers"] = options.SuperUser;
            SetDefault(configuration, "Kafka:AdvertisedBootstrapServers", kafka);
            SetDefault(configuration, "Kafka:ReplicationFactor", "1");
            SetDefault(configuration, "Kafka:Partitions", "3");
        }

        if (endpoints.Ksql is { } ksql)
        {
            configuration["Ksql:Url"] = ksql;
            configuration["Ksql:HostUrl"] = ksql;
            configuration["Ksql:Username"] = options.KsqlUser;
            configuration["Ksql:Password"] = options.KsqlPassword;
        }

        if (endpoints.Connect is { } connect)
        {
            configuration["Connect:Url"] = connect;
            configuration["Connect:Username"] = options.ConnectUser;
            configuration["Connect:Password"] = options.ConnectPassword;
            configuration["Connect:SecretReference"] = $"${{{EmbeddedPlatformExtensions.SecretProvider}:{{source}}:password}}";
        }

        if (options.ConnectEndpoint is null && bool.TryParse(configuration["Demo"], out var asked) && asked)
        {
            configuration[DemoLeftOut] = "true";
        }

        configuration["Demo"] = options.Demo ? "true" : "false";
        if (endpoints.DemoBankUrl is { } bank)
        {
            configuration["Demo:ConnectionUrl"] = bank;
        }
    }

    public static RememberedSettings Remembered(EmbeddedPlatformOptions options, EmbeddedPlatform platform, RememberedSettings last) => new(
        Port(platform.Endpoints.KafkaSasl) ?? last.KafkaPort,
        Port(platform.Endpoints.Ksql) ?? last.KsqlPort,
        Port(platform.Endpoints.Connect) ?? last.ConnectPort,
        options.ConnectEndpoint is null ? last.Demo : options.Demo);


    /// <summary>An embedded part beside a cluster that others use, with its topics and its user there, is run only where somebody asked for it.</summary>
    private static void RequireWord(IConfiguration configuration)
    {
        var unsaid = string.Join(" and ", new[] { "Ksql:Url", "Connect:Url" }.Where(key => !IsSet(configuration, key)));
        if (unsaid.Length > 0 && !IsTrue(configuration, OnExternalKafka))
        {
            throw new ArgumentException(
                $"Kafka:BootstrapServers names a cluster, and {unsaid} no server beside it. Set it, or {OnExternalKafka}=true to run the embedded one on that cluster");
        }
    }

    private static bool IsTrue(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => false,
        var text => bool.TryParse(text, out var wanted) ? wanted : throw new ArgumentException($"{key}={text}: true or false is expected"),
    };

    private static bool IsSet(IConfiguration configuration, string key) => !string.IsNullOrWhiteSpace(configuration[key]);

    private static void SetDefault(IConfiguration configuration, string key, string value)
    {
        if (!IsSet(configuration, key))
        {
            configuration[key] = value;
        }
    }

    private static bool WantsDemo(IConfiguration configuration, RememberedSettings last, bool otherwise) => configuration["Demo"] switch
    {
        null or "" => last.Demo ?? otherwise,
        var text => bool.TryParse(text, out var wanted) ? wanted : throw new ArgumentException($"Demo={text}: true or false is expected"),
    };

    private static double Rate(IConfiguration configuration) => configuration["Embedded:DemoPaymentsPerSecond"] switch
    {
        null or "" => PaymentsPerSecond,
        var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is >= 0 and <= 1_000
            ? rate
            : throw new ArgumentException($"Embedded:DemoPaymentsPerSecond={text}: a number from 0 to 1000 is expected"),
    };

    private static int? Port(string? address) =>
        address is not null && int.TryParse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture, out var port) ? port : null;
}
