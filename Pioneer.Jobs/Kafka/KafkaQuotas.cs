using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Kafka.Wire;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Client quotas, which Confluent.Kafka does not have: our own requests on a connection of our own, kept open and made again when it ends. Any
/// broker takes both requests and passes changes on to the controller. Safe to share between threads; they take turns. Failures are those of
/// <see cref="KafkaAdmin"/>; a cluster without these requests is a <see cref="KafkaRequestException"/> with 'unsupported version'.
/// </summary>
public sealed class KafkaQuotas(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaQuotas> logger) : IAsyncDisposable
{
    private const int MaxAttempts = 3;

    /// <summary>Principals in one request, well under Kafka's 10,000 records for one administrative operation at four limits each.</summary>
    private const int AlterChunk = 1000;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private WireConnection? _connection;
    private int _nextBroker;

    /// <summary>The user that quotas are read and set as.</summary>
    public string Principal => options.Value.UsesSasl ? options.Value.Username ?? "" : "ANONYMOUS";

    /// <summary>Every quota on the cluster.</summary>
    public async Task<ImmutableArray<KafkaQuota>> DescribeAsync(CancellationToken ct)
    {
        const string action = "describe client quotas";
        return await CallAsync(action, async (connection, token) =>
        {
            var answer = await SendAsync(connection, action, WireApi.DescribeClientQuotas, QuotaMessages.WriteDescribeAll, token);
            var (error, message, quotas) = QuotaMessages.ReadDescribed(answer);
            ThrowIfFailed(action, error, message);
            return quotas;
        }, ct);
    }

    /// <summary>
    /// Sets and removes limits of users; what the broker refuses comes back by user. With <paramref name="validateOnly"/> it only says whether it
    /// would, and nothing changes.
    /// </summary>
    public async Task<IReadOnlyList<KafkaItemError>> AlterAsync(
        IReadOnlyCollection<KafkaQuotaAlteration> alterations, bool validateOnly, CancellationToken ct)
    {
        var action = $"set the quotas of {(alterations.Count == 1 ? $"'{alterations.First().User}'" : $"{alterations.Count} users")}";
        var refused = new List<KafkaItemError>();
        foreach (var chunk in alterations.Chunk(AlterChunk))
        {
            refused.AddRange(await CallAsync(action, async (connection, token) =>
            {
                var answer = await SendAsync(
                    connection, action, WireApi.AlterClientQuotas, writer => QuotaMessages.WriteAlter(writer, chunk, validateOnly), token);
                var items = QuotaMessages.ReadAltered(answer).Where(item => item.Code != ErrorCode.NoError).ToList();
                return items.Find(item => item.IsTransient) is { } passing ? throw new IOException(passing.Reason) : items;
            }, ct));
        }

        return refused;
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        _turn.Dispose();
    }

    private static Task<WireReader> SendAsync(WireConnection connection, string action, WireApi api, Action<WireWriter> body, CancellationToken ct) =>
        connection.VersionOf(api, QuotaMessages.HighestVersion) is { } version
            ? connection.SendAsync(api, version, version >= QuotaMessages.FirstFlexibleVersion, body, ct)
            : throw new KafkaRequestException(action, ErrorCode.UnsupportedVersion, "the brokers do not know the request");

    private static void ThrowIfFailed(string action, ErrorCode error, string? message)
    {
        if (error != ErrorCode.NoError)
        {
            throw KafkaAdmin.IsTransient(error)
                ? new IOException(message ?? error.ToString())
                : new KafkaRequestException(action, error, message ?? error.ToString());
        }
    }

    private async Task<T> CallAsync<T>(string action, Func<WireConnection, CancellationToken, Task<T>> request, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.Value.RequestTimeoutMs), time);
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
            throw new KafkaUnavailableException(action, $"no answer within {options.Value.RequestTimeoutMs / 1000d:0.#} s", late);
        }
        finally
        {
            _turn.Release();
        }
    }

    // Both requests can be sent twice, so a connection that ended meanwhile costs nothing but a new one.
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
                    await DropAsync();
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
        var brokers = options.Value.BootstrapServers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (host, port) = BrokerAddress.Parse(brokers[_nextBroker++ % brokers.Length]);
        using var timeout = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await WireConnection.OpenAsync(host, port, options.Value, either.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"{host}:{port} does not let us in within {ConnectTimeout.TotalSeconds:0} s", late);
        }
    }

    private async ValueTask DropAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
