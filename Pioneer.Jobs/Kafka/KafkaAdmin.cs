using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// The administrative requests of the product, in bulk: one request for any number of topics, rules or users. Safe to share between threads.
/// Transient errors are tried again within the call; then <see cref="KafkaUnavailableException"/> says so. What a broker refuses item by item
/// comes back as <see cref="KafkaItemError"/>s, not as an exception, so that the rest of a batch counts.
/// </summary>
public sealed partial class KafkaAdmin : IDisposable
{
    private const int MaxAttempts = 3;

    /// <summary>Held back by a quota on changes (KIP-599); Confluent.Kafka has no name for it.</summary>
    private const ErrorCode ThrottlingQuotaExceeded = (ErrorCode)89;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly KafkaClients _clients;
    private readonly TimeProvider _time;
    private readonly ILogger<KafkaAdmin> _logger;
    private readonly Lock _renewal = new();
    private readonly GroupOffsets _groupOffsets;
    private readonly TopicDescriptions _topicDescriptions;
    private readonly TopicConfigs _topicConfigs;
    private readonly PartitionOffsets _partitionOffsets;
    private readonly GroupDescriptions _groupDescriptions;
    private readonly LogDirs _logDirs;
    private readonly BrokerProbe _probe;
    private volatile OwnedClient<IAdminClient> _client;
    private Error? _lastError;
    private bool _isDisposed;

    public KafkaAdmin(KafkaClients clients, TimeProvider time, ILogger<KafkaAdmin> logger)
    {
        _clients = clients;
        _time = time;
        _logger = logger;
        _groupOffsets = new GroupOffsets(clients.Options, time, logger);
        _topicDescriptions = new TopicDescriptions(clients.Options, time, logger);
        _topicConfigs = new TopicConfigs(clients.Options, time, logger);
        _partitionOffsets = new PartitionOffsets(clients.Options, time, logger);
        _groupDescriptions = new GroupDescriptions(clients.Options, time, logger);
        _logDirs = new LogDirs(clients.Options, time, logger);
        _probe = new BrokerProbe(clients.Options, time, logger);
        _client = New();
    }

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(_clients.Options.RequestTimeoutMs);

    /// <summary>The brokers that are up now.</summary>
    public async Task<IReadOnlyList<KafkaBroker>> DescribeClusterAsync(CancellationToken ct)
    {
        var cluster = await CallAsync("describe the cluster",
            client => client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Timeout }), ct);
        return cluster.Nodes.Select(node => new KafkaBroker(node.Id, node.Host, node.Port)).ToList();
    }

    public void Dispose()
    {
        lock (_renewal)
        {
            _isDisposed = true;
            _client.Dispose();
        }

        _groupOffsets.Dispose();
        _topicDescriptions.Dispose();
        _topicConfigs.Dispose();
        _partitionOffsets.Dispose();
        _groupDescriptions.Dispose();
        _logDirs.Dispose();
        _probe.Dispose();
    }

    /// <summary>
    /// Confluent.Kafka's admin client destroys itself for good when it meets an answer that it cannot read. The one that is known is not asked for
    /// (<see cref="TopicDescriptions"/>); whoever finds it destroyed by another lets the next call make a new one.
    /// </summary>
    private void Renew(OwnedClient<IAdminClient> destroyed)
    {
        lock (_renewal)
        {
            if (ReferenceEquals(_client, destroyed) && !_isDisposed)
            {
                _client = New();
            }
        }
    }

    private OwnedClient<IAdminClient> New() => new(() => _clients.Admin(onError: error => _lastError = error));

    /// <summary>The library has this as a blocking call only, which goes on where nobody waits for it any more.</summary>
    private Task<Metadata> MetadataAsync(CancellationToken ct) =>
        CallOwnedAsync("list topics", owned => Task.Run(() => owned.Use(client => client.GetMetadata(Timeout)), ct), ct);

    private Task<T> CallAsync<T>(string action, Func<IAdminClient, Task<T>> request, CancellationToken ct) =>
        CallOwnedAsync(action, owned => owned.Use(request), ct);

    private Task CallAsync(string action, Func<IAdminClient, Task> request, CancellationToken ct) =>
        CallAsync(action, async client =>
        {
            await request(client);
            return true;
        }, ct);

    private async Task<T> CallOwnedAsync<T>(string action, Func<OwnedClient<IAdminClient>, Task<T>> request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var client = _client;
            try
            {
                // librdkafka keeps its own time; this is for a request that it forgets about
                return await request(client).WaitAsync(Timeout + Grace, _time, ct);
            }
            catch (TimeoutException forgotten)
            {
                throw new KafkaUnavailableException(action, $"no answer within {(Timeout + Grace).TotalSeconds:0} s", forgotten);
            }
            catch (ObjectDisposedException destroyed) when (!_isDisposed)
            {
                Renew(client);
                if (attempt >= MaxAttempts)
                {
                    throw new KafkaUnavailableException(action, "the client could not read an answer", destroyed);
                }
            }
            catch (KafkaException failure) when (ShouldRetry(failure, attempt))
            {
                KafkaLog.Retrying(_logger, action, attempt, failure.Error.Reason);
                await Task.Delay(RetryDelay * attempt, _time, ct);
            }
            catch (KafkaException failure)
            {
                throw Translate(action, failure);
            }
        }
    }

    private Exception Translate(string action, KafkaException failure)
    {
        var error = ItemErrorOf(failure) ?? failure.Error;
        // a client that is refused goes on trying, and its requests time out
        if (IsRefusedSignIn(error) || (IsTransient(error.Code) && _lastError is { } last && IsRefusedSignIn(last)))
        {
            return new KafkaSignInRefusedException(_clients.Options.Username ?? "anonymous", (_lastError ?? error).Reason, failure);
        }

        return error.Code is ErrorCode.Local_Authentication
            ? new KafkaUnavailableException(action, error.Reason, failure)
            : Failure(action, error.Code, error.Reason, failure);
    }

    /// <summary>Whether a client's error says that the brokers do not take its credential; a broker that goes away meanwhile is told alike.</summary>
    internal static bool IsRefusedSignIn(Error error) => error.Code is ErrorCode.SaslAuthenticationFailed
        || (error.Code is ErrorCode.Local_Authentication && !ClientErrors.EndedWhileSigningIn(error.Reason));

    /// <summary>What a request that was not done is told as: what may pass as the brokers that do not answer, the rest as their refusal.</summary>
    internal static IOException Failure(string action, ErrorCode error, string reason, Exception? inner = null) => IsTransient(error)
        ? new KafkaUnavailableException(action, reason, inner)
        : new KafkaRequestException(action, error, reason, inner);

    private static bool ShouldRetry(KafkaException failure, int attempt)
    {
        var code = (ItemErrorOf(failure) ?? failure.Error).Code;
        return attempt < MaxAttempts && IsTransient(code) && !IsSlow(code);
    }

    /// <summary>The first item's own error where a batch failed: 'some failed' alone helps nobody.</summary>
    private static Error? ItemErrorOf(KafkaException failure) => failure switch
    {
        CreateAclsException some => some.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        DeleteAclsException some => some.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        AlterUserScramCredentialsException some => some.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        DescribeUserScramCredentialsException some => some.Results.UserScramCredentialsDescriptions.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        IncrementalAlterConfigsException some => some.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        _ => null,
    };

    /// <summary>Errors that went through a whole request timeout already: another round would only make the caller wait twice.</summary>
    private static bool IsSlow(ErrorCode code) => code is ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue;

    /// <summary>A failure that an answer to one of our own requests tells of; what may pass is an <see cref="IOException"/>, so that it is sent again.</summary>
    internal static void ThrowIfFailed(string action, ErrorCode error, string? message)
    {
        if (error != ErrorCode.NoError)
        {
            throw IsTransient(error)
                ? new IOException(message ?? error.ToString())
                : new KafkaRequestException(action, error, message ?? error.ToString());
        }
    }

    internal static bool IsTransient(ErrorCode code) => code is ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_Transport
        or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve or ErrorCode.Local_WaitCoord or ErrorCode.RequestTimedOut
        or ErrorCode.NotController or ErrorCode.BrokerNotAvailable or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition
        or ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup
        or ErrorCode.NetworkException or ErrorCode.ReplicaNotAvailable or ErrorCode.OffsetNotAvailable
        or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ThrottlingQuotaExceeded;

    private static IReadOnlyList<KafkaItemError> ItemErrors<T>(IEnumerable<T> results, Func<T, string> name, Func<T, Error> error) =>
        results.Where(result => error(result).IsError)
            .Select(result => new KafkaItemError(name(result), error(result).Code, error(result).Reason))
            .ToList();
}
