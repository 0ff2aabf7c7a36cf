using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Sends requests that Confluent.Kafka does not have, or cannot be trusted with, to one of the brokers given, on a connection of its own that is kept
/// open and made again when it ends. Safe to share between threads; they take turns. A node that starts again may refuse every sign-in until it knows its
/// users: the credential is refused when each of the tries is, at every broker given.
/// </summary>
/// <param name="isNode">The one broker given is a node of a cluster that let us in elsewhere: its refusal is told as a node that does not serve.</param>
internal sealed class BrokerClient(ImmutableArray<BrokerEndpoint> brokers, KafkaOptions options, TimeProvider time, ILogger logger, bool isNode = false)
    : IDisposable
{
    private const int LeastAttempts = 3;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private BrokerConnection? _connection;
    private int _nextBroker;

    /// <summary>A client of any broker of the cluster.</summary>
    public static BrokerClient OfCluster(KafkaOptions options, TimeProvider time, ILogger logger) =>
        new(BrokerEndpoint.ParseAll(options.BootstrapServers), options, time, logger);

    private int Attempts => Math.Max(LeastAttempts, brokers.Length);

    public void Dispose()
    {
        Drop();
        _turn.Dispose();
    }

    /// <summary>
    /// Sends a request, on a new connection where the old one ended, and returns the answer. It may be sent twice, so it must be one that can be.
    /// <see cref="KafkaUnavailableException"/> when no broker answers in time; <see cref="KafkaRequestException"/> with 'unsupported version' when
    /// they do not know it.
    /// </summary>
    /// <param name="lowest">The first version of the request that will do.</param>
    public Task<TResponse> SendAsync<TResponse>(string action, IMessage request, short lowest, CancellationToken ct) where TResponse : IMessage<TResponse> =>
        CallAsync(action, (connection, token) => connection.SendAsync<TResponse>(request, lowest, token), ct);

    /// <summary>
    /// As <see cref="SendAsync"/>, with what <paramref name="request"/> makes of the answer; where that throws <see cref="IOException"/> it is asked
    /// again. <see cref="KafkaRequestException"/> of the request passes.
    /// </summary>
    public async Task<T> CallAsync<T>(string action, Func<BrokerConnection, CancellationToken, Task<T>> request, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.RequestTimeoutMs), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await _turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new KafkaUnavailableException(action, "earlier requests are not answered", late);
        }

        try
        {
            return await AttemptAsync(action, request, either.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new KafkaUnavailableException(action, $"no answer within {options.RequestTimeoutMs / 1000d:0.#} s", late);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Opens a connection as who the options say; a refused sign-in is a <see cref="KafkaSignInRefusedException"/>.</summary>
    internal static async Task<BrokerConnection> OpenAsync(BrokerEndpoint broker, KafkaOptions options, CancellationToken ct)
    {
        try
        {
            return await BrokerConnection.OpenAsync(broker, options.Connection, ct);
        }
        catch (SignInRefusedException refused)
        {
            throw new KafkaSignInRefusedException(refused.User, refused.Reason, refused);
        }
    }

    // Every request here can be sent twice, so a connection that ended meanwhile costs nothing but a new one.
    private async Task<T> AttemptAsync<T>(string action, Func<BrokerConnection, CancellationToken, Task<T>> request, CancellationToken ct)
    {
        Exception? last = null;
        var isRefused = !isNode;
        for (var attempt = _connection is null ? 1 : 0; ; attempt++)
        {
            var answered = false;
            try
            {
                if (attempt > 1)
                {
                    await Task.Delay(RetryDelay * (attempt - 1), time, ct);
                }

                _connection ??= await OpenAsync(ct);
                var answer = await request(_connection, ct);
                answered = true;
                return answer;
            }
            catch (KafkaRequestException)
            {
                answered = true;
                throw;
            }
            catch (UnsupportedRequestException unknown)
            {
                answered = true;
                throw new KafkaRequestException(action, ErrorCode.UnsupportedVersion, unknown.Message, unknown);
            }
            catch (OperationCanceledException late) when (last is not null)
            {
                throw new OperationCanceledException(last.Message, late, ct);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or ProtocolException)
            {
                last = failure;
                isRefused &= failure is KafkaSignInRefusedException || attempt == 0;
                if (attempt >= Attempts)
                {
                    if (isRefused)
                    {
                        throw;
                    }

                    throw new KafkaUnavailableException(action, failure.Message, failure);
                }

                KafkaLog.Retrying(logger, action, attempt, failure.Message);
            }
            finally
            {
                if (!answered)
                {
                    Drop();
                }
            }
        }
    }

    private async Task<BrokerConnection> OpenAsync(CancellationToken ct)
    {
        var broker = brokers[_nextBroker++ % brokers.Length];
        using var timeout = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await OpenAsync(broker, options, either.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"{broker} does not let us in within {ConnectTimeout.TotalSeconds:0} s", late);
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
