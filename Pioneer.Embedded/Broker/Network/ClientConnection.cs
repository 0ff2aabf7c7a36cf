using System.Net;
using System.Net.Sockets;
using Pioneer.Embedded.Broker.Faults;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Requests;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>
/// One client's connection: reads a request, answers it, reads the next, so that order holds without locks. A request that waits (long poll,
/// rebalance) holds up nothing but its own connection. Whatever goes wrong closes this connection only.
/// </summary>
internal sealed class ClientConnection(
    Socket socket, Session session, RequestDispatcher dispatcher, BrokerFaults faults, int maxFrameBytes, TimeProvider time, ILogger logger)
    : IDisposable
{
    /// <summary>Largest frame of a client that has not signed in (sasl.server.max.receive.size).</summary>
    private const int MaxFrameBytesBeforeSignIn = 512 * 1024;

    /// <summary>How long the answer to a failed authentication is held back (connection.failed.authentication.delay.ms).</summary>
    private static readonly TimeSpan FailedAuthenticationDelay = TimeSpan.FromMilliseconds(100);

    private readonly FrameReader _reader = new(socket);
    private readonly ProtocolWriter _writer = new();
    private TimeSpan _throttle;

    /// <summary>Serves until the client leaves, the broker stops, or something goes wrong. Never throws.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var client = socket.RemoteEndPoint as IPEndPoint;
        try
        {
            await ServeAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            NetworkLog.Stopped(logger, client);
        }
        catch (ProtocolException e)
        {
            NetworkLog.BadFrame(logger, client, e.Message);
        }
        catch (ConnectionDroppedByFaultException e)
        {
            NetworkLog.DroppedByFault(logger, client, e.Message);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            NetworkLog.Lost(logger, client, e.Message);
        }
        catch (Exception e)
        {
            NetworkLog.Failed(logger, client, session.Principal.Name, e);
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        socket.Dispose();
    }

    private async Task ServeAsync(CancellationToken stopping)
    {
        while (!session.CloseAfterResponse)
        {
            var limit = session.NeedsSasl && !session.IsAuthenticated ? Math.Min(MaxFrameBytesBeforeSignIn, maxFrameBytes) : maxFrameBytes;
            if (await _reader.ReadAsync(limit, stopping) is not { } frame)
            {
                return;
            }

            _throttle = TimeSpan.Zero;
            _writer.Reset();
            _writer.WriteInt32(0);
            var answered = session.State == SessionState.AuthenticatingRaw
                ? dispatcher.AuthenticateRaw(session, frame, _writer)
                : await AnswerAsync(frame, stopping);
            if (session.CloseAfterResponse)
            {
                await Task.Delay(FailedAuthenticationDelay, time, stopping);
            }

            if (answered)
            {
                _writer.PatchInt32(0, _writer.Length - sizeof(int));
                await SendAsync(_writer.Written, stopping);
            }

            if (_throttle > TimeSpan.Zero)
            {
                await Task.Delay(_throttle, time, stopping);
            }
        }

        await CloseGracefullyAsync(stopping);
    }

    private async ValueTask<bool> AnswerAsync(ReadOnlyMemory<byte> frame, CancellationToken stopping)
    {
        var header = RequestDispatcher.ReadHeader(frame);
        await faults.BeforeAsync(header, stopping);
        using var context = new RequestContext(header, session);
        var answer = await dispatcher.DispatchAsync(context, frame, stopping);
        _throttle = context.Throttle;
        if (answer is not { } response)
        {
            return false;
        }

        await faults.AfterAsync(header, stopping);
        header.WriteResponseHeader(_writer);
        response.Body.Write(_writer, response.Version);
        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, stopping)..];
        }
    }

    /// <summary>Lets the last answer reach the client: closing with unread bytes would reset the connection and lose it.</summary>
    private async ValueTask CloseGracefullyAsync(CancellationToken stopping)
    {
        socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[256];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            while (await socket.ReceiveAsync(rest, SocketFlags.None, limit.Token) > 0)
            {
                continue;
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
