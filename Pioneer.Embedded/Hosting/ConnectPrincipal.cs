using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Embedded.Connect;

namespace Pioneer.Embedded;

/// <summary>
/// The Connect worker's own user on the cluster, with exactly what a worker needs: its three topics, its group, its transactions. Which T topics its
/// connectors may write is part of each tenant's plan. Made at each start with a new password that nobody keeps; where the cluster does not answer
/// yet it is made once it does, as the worker too waits for the cluster.
/// </summary>
internal sealed partial class ConnectPrincipal
{
    /// <summary>The user; plans give rights to the same name.</summary>
    public const string Name = "pioneer-connect";

    private const int ScramIterations = 4096;
    private const int SecretBytes = 24;

    // Number 5 in the protocol; Confluent.Kafka's enum stops at 4 but passes the number through.
    private const ResourceType TransactionalId = (ResourceType)5;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2), RequestTimeout = TimeSpan.FromSeconds(8);

    private readonly KafkaConnection _administrator;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <param name="administrator">How one signs in who may make users and rights there.</param>
    public ConnectPrincipal(KafkaConnection administrator, ILoggerFactory loggers, TimeProvider time)
    {
        _administrator = administrator;
        _logger = loggers.CreateLogger<ConnectPrincipal>();
        _time = time;
        Connection = administrator with { Username = Name, Password = RandomNumberGenerator.GetHexString(SecretBytes * 2, lowercase: true) };
    }

    /// <summary>How the worker signs in.</summary>
    public KafkaConnection Connection { get; }

    /// <summary>Whether users of that kind can be made there: a cluster without SCRAM has no such users.</summary>
    public static bool IsPossible(KafkaConnection kafka) =>
        kafka.SecurityProtocol?.StartsWith("SASL", StringComparison.OrdinalIgnoreCase) == true
        && kafka.SaslMechanism?.StartsWith("SCRAM", StringComparison.OrdinalIgnoreCase) != false;

    /// <summary>Makes user and rights; where the cluster does not answer, as soon as it does. One that was made before gets the new password.</summary>
    /// <exception cref="KafkaException">The cluster refused; such as for lack of rights.</exception>
    public async Task GrantAsync(ConnectWorkerOptions worker, CancellationToken cancellationToken)
    {
        var rules = Rules(worker);
        using var admin = new AdminClientBuilder(_administrator.ToClientConfig("connect-principal"))
            .SetLogHandler((_, message) => LogClient(_logger, message.Message)).SetErrorHandler((_, error) => LogClient(_logger, error.Reason)).Build();
        while (true)
        {
            try
            {
                await admin.AlterUserScramCredentialsAsync([Credential()], new AlterUserScramCredentialsOptions { RequestTimeout = RequestTimeout });
                await CreateRulesAsync(admin, rules);
                return;
            }
            catch (KafkaException error) when (Passes(error))
            {
                LogNotYet(_logger, error.Error.Reason);
                await Task.Delay(Between, _time, cancellationToken);
            }
        }
    }

    /// <summary>An answer for several items is an error of its own kind, and what was wrong is said by item.</summary>
    private static bool Passes(KafkaException error) => error is AlterUserScramCredentialsException refused
        ? refused.Results.TrueForAll(result => Passes(result.Error))
        : error is CreateAclsException partly ? partly.Results.TrueForAll(result => Passes(result.Error)) : Passes(error.Error);

    private static bool Passes(Error error) => error.Code is ErrorCode.NoError or ErrorCode.RequestTimedOut or ErrorCode.NotController || error.IsLocalError;

    private static async Task CreateRulesAsync(IAdminClient admin, AclBinding[] rules)
    {
        try
        {
            await admin.CreateAclsAsync(rules, new CreateAclsOptions { RequestTimeout = RequestTimeout });
        }
        catch (CreateAclsException error) when (error.Results.TrueForAll(result => result.Error.Code is ErrorCode.NoError or ErrorCode.SecurityDisabled))
        {
            // a cluster without an authorizer: everybody may do everything there
        }
    }

    private UserScramCredentialUpsertion Credential() => new()
    {
        User = Name,
        ScramCredentialInfo = new ScramCredentialInfo
        {
            Mechanism = _administrator.ToClientConfig(Name).SaslMechanism == SaslMechanism.ScramSha512 ? ScramMechanism.ScramSha512 : ScramMechanism.ScramSha256,
            Iterations = ScramIterations,
        },
        Password = System.Text.Encoding.UTF8.GetBytes(Connection.Password!),
        Salt = RandomNumberGenerator.GetBytes(32),
    };

    private static AclBinding[] Rules(ConnectWorkerOptions worker) =>
    [
        .. from topic in new[] { worker.ConfigTopic, worker.OffsetTopic, worker.StatusTopic }
           from operation in new[] { AclOperation.Read, AclOperation.Write, AclOperation.Create }
           select Rule(ResourceType.Topic, topic, ResourcePatternType.Literal, operation),
        Rule(ResourceType.Group, worker.GroupId, ResourcePatternType.Literal, AclOperation.Read),
        Rule(TransactionalId, $"{worker.GroupId}-", ResourcePatternType.Prefixed, AclOperation.Write),
    ];

    private static AclBinding Rule(ResourceType type, string name, ResourcePatternType pattern, AclOperation operation) => new()
    {
        Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = pattern },
        Entry = new AccessControlEntry { Principal = $"User:{Name}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
    };

    [LoggerMessage(7151, LogLevel.Warning, "The Connect worker's user could not be made yet: {Reason}")]
    private static partial void LogNotYet(ILogger logger, string reason);

    [LoggerMessage(7152, LogLevel.Debug, "{Message}")]
    private static partial void LogClient(ILogger logger, string message);
}
