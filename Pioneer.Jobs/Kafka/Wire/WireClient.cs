using System.Collections.Immutable;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>
/// Sends requests to one of the brokers given, on a connection of its own, kept open and made again when it ends. Safe to share between threads;
/// they take turns.
/// </summary>
internal sealed class WireClient(ImmutableArray<(string Host, int Port)> brokers, KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const int MaxAttempts = 3;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private WireConnection? _connection;
    private int _nextBroker;

    /// <summary>A client of any broker of the cluster.</summary>
    public static WireClient OfCluster(KafkaOptions options, TimeProvider time, ILogger logger) =>
        new(BrokerAddress.ParseAll(options.BootstrapServers), options, time, logger);

    public void Dispose()
    {
        Drop();
        _turn.Dispose();
    }

    /// <summary>
    /// Sends what <paramref name="request"/> sends, on a new connection where the old one ended, and returns what it makes of the answer. A request
    /// that throws <see cref="IOException"/> is sent again, so it must be one that can be. <see cref="KafkaUnavailableException"/> when no broker
    /// answers in time; <see cref="KafkaRequestException"/> of the request passes.
    /// </summary>
    public async Task<T> CallAsync<T>(string action, Func<WireConnection, CancellationToken, Task<T>> request, CancellationToken ct)
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

    // Every request here can be sent twice, so a connection that ended meanwhile costs nothing but a new one.
    private async Task<T> AttemptAsync<T>(string action, Func<WireConnection, CancellationToken, Task<T>> request, CancellationToken ct)
    {
        for (var attempt = _connection is null ? 1 : 0; ; attempt++)
        {
            var answered = false;
            try
            {
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
            catch (Exception failure) when (failure is IOException and not KafkaSignInRefusedException or InvalidDataException)
            {
                if (attempt >= MaxAttempts)
                {
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

            if (attempt > 0)
            {
                await Task.Delay(RetryDelay * attempt, time, ct);
            }
        }
    }

    private async Task<WireConnection> OpenAsync(CancellationToken ct)
    {
        var (host, port) = brokers[_nextBroker++ % brokers.Length];
        using var timeout = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await WireConnection.OpenAsync(host, port, options, either.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"{host}:{port} does not let us in within {ConnectTimeout.TotalSeconds:0} s", late);
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
