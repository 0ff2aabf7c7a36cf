namespace Pioneer.Kafka.Protocol.Client;

/// <summary>
/// Owns a client of Confluent.Kafka that several threads share: makes it when it is first needed, and destroys it no earlier than the last
/// call on it has returned. The library hands librdkafka bare pointers: where a client is disposed beside a call on another thread (of metadata
/// or offsets, say, which wait for brokers that are away), that call goes on in freed memory, and the process dies of its heap, mostly later.
/// </summary>
/// <typeparam name="T">The client.</typeparam>
/// <param name="make">Makes it.</param>
/// <param name="closing">What is done with one that was made before it is destroyed, such as a flush; may be null.</param>
public sealed class OwnedClient<T>(Func<T> make, Action<T>? closing = null) : IDisposable
    where T : class, IDisposable
{
    private readonly Lock _gate = new();
    private T? _client;
    private int _calls;
    private bool _isDisposed;

    /// <summary>
    /// Calls the client. Of an asynchronous request this holds the client until it is handed over, which is enough: what is on its way when the
    /// client is destroyed is dropped by the library, and its task may then never complete.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public TResult Use<TResult>(Func<T, TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var client = Enter();
        try
        {
            return call(client);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Takes no more calls. Where some still run, this does not wait for them (one may take as long as its timeout): the last of them destroys
    /// the client on its way out.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            if (_calls > 0)
            {
                return;
            }
        }

        Destroy();
    }

    private T Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _client ??= make();
            _calls++;
            return _client;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_calls > 0 || !_isDisposed)
            {
                return;
            }
        }

        Destroy();
    }

    private void Destroy()
    {
        if (_client is { } client)
        {
            closing?.Invoke(client);
            client.Dispose();
        }
    }
}
