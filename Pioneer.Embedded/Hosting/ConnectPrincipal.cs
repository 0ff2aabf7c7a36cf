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
internal sealed partial class ConnectPrincipal : IAsyncDisposable
{
    /// <summary>The user; plans give rights to the same name.</summary>
    public const string Name = "pioneer-connect";

    private const int ScramIterations = 4096;
    private const int SecretBytes = 24;

    // Number 5 in the protocol; Confluent.Kafka's enum stops at 4 but passes the number through.
    private const ResourceType TransactionalId = (ResourceType)5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Between = TimeSpan.FromSeconds(2), RequestTimeout = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource _stop = new();
    private readonly KafkaConnection _administrator;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private Task _granting = Task.CompletedTask;

    private ConnectPrincipal(KafkaConnection administrator, ILogger logger, TimeProvider time)
    {
        _administrator = administrator;
        _logger = logger;
        _time = time;
        Connection = administrator with { Username = Name, Password = RandomNumberGenerator.GetHexString(SecretBytes * 2, lowercase: true) };
    }

    /// <summary>How the worker signs in.</summary>
    public KafkaConnection Connection { get; }

    /// <summary>Whether users of that kind can be made there: a cluster without SCRAM has no such users.</summary>
    public static bool IsPossible(KafkaConnection kafka) =>
        kafka.SecurityProtocol?.StartsWith("SASL", StringComparison.OrdinalIgnoreCase) == true
        && kafka.SaslMechanism?.StartsWith("SCRAM", StringComparison.OrdinalIgnoreCase) != false;

    /// <summary>Returns when user and rights are there, or when the cluster has not answered for a while.</summary>
    /// <exception cref="KafkaException">The cluster refused; such as for lack of rights.</exception>
    public static async Task<ConnectPrincipal> StartAsync(
        KafkaConnection administrator, ConnectWorkerOptions worker, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var principal = new ConnectPrincipal(administrator, loggers.CreateLogger<ConnectPrincipal>(), time);
        principal._granting = principal.GrantAsync(Rules(worker), principal._stop.Token);
        try
        {
            await principal._granting.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogWaiting(principal._logger, administrator.BootstrapServers);
        }
        catch
        {
            await principal.DisposeAsync();
            throw;
        }

        return principal;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _granting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task GrantAsync(AclBinding[] rules, CancellationToken cancellationToken)
    {
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
            catch (KafkaException error) when (error.Error.IsLocalError || error.Error.Code is ErrorCode.RequestTimedOut or ErrorCode.NotController)
            {
                LogNotYet(_logger, error.Error.Reason);
                await Task.Delay(Between, _time, cancellationToken);
            }
        }
    }

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

    [LoggerMessage(7150, LogLevel.Warning, "{Cluster} does not answer: the Connect worker's user is made there once it does")]
    private static partial void LogWaiting(ILogger logger, string cluster);

    [LoggerMessage(7151, LogLevel.Debug, "The Connect worker's user could not be made yet: {Reason}")]
    private static partial void LogNotYet(ILogger logger, string reason);

    [LoggerMessage(7152, LogLevel.Debug, "{Message}")]
    private static partial void LogClient(ILogger logger, string message);
}
