using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>
/// Accepts connections on one loopback endpoint. Stopping closes the listening socket and every connection, as if the broker were down;
/// starting again binds the same port, so that clients find it where it was. Start and stop are called one at a time.
/// </summary>
internal sealed class BrokerListener(
    IPEndPoint endpoint, bool needsSasl, int maxConnections, Func<Socket, Session, ClientConnection> connect, ILogger logger) : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private Socket? _socket;
    private CancellationTokenSource? _stopping;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens; the real port once started.</summary>
    public IPEndPoint Endpoint { get; private set; } = endpoint;

    /// <summary>Whether clients can connect.</summary>
    public bool IsListening => _socket is not null;

    /// <summary>Binds and accepts.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public void Start()
    {
        if (_socket is not null)
        {
            return;
        }

        var socket = new Socket(Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(Endpoint);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
        _socket = socket;
        _stopping = new CancellationTokenSource();
        _accepting = AcceptAsync(socket, _stopping.Token);
        NetworkLog.Listening(logger, Endpoint, needsSasl ? "SASL_PLAINTEXT" : "PLAINTEXT");
    }

    /// <summary>Closes the socket and every connection, and waits until their requests have ended.</summary>
    public async Task StopAsync()
    {
        if (_socket is not { } socket || _stopping is not { } stopping)
        {
            return;
        }

        _socket = null;
        socket.Dispose();
        await stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        stopping.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task AcceptAsync(Socket listening, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Serve(await listening.AcceptAsync(stopping), stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                NetworkLog.AcceptFailed(logger, Endpoint, e.Message);
            }
        }
    }

    private void Serve(Socket accepted, CancellationToken stopping)
    {
        if (_connections.Count >= maxConnections)
        {
            NetworkLog.TooManyConnections(logger, Endpoint, maxConnections);
            accepted.Dispose();
            return;
        }

        accepted.NoDelay = true;
        var client = (accepted.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        var connection = connect(accepted, new Session(Endpoint, client, needsSasl));
        var running = Task.Run(() => connection.RunAsync(stopping), CancellationToken.None);
        _connections.TryAdd(running, 0);
        _ = running.ContinueWith(ended => _connections.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
