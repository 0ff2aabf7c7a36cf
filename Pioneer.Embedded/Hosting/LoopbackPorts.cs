using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Pioneer.Embedded;

/// <summary>Chooses where a part listens: as configured, else where it did last time, else at the usual port, else at any free one.</summary>
internal static class LoopbackPorts
{
    /// <exception cref="ArgumentException">The configured text is no endpoint on loopback; the message names the key.</exception>
    public static IPEndPoint Choose(IConfiguration configuration, string key, int? remembered, int usual)
    {
        if (configuration[key] is { Length: > 0 } text)
        {
            return IPEndPoint.TryParse(text, out var endpoint) && IPAddress.IsLoopback(endpoint.Address)
                ? endpoint
                : throw new ArgumentException($"{key}={text}: expected an address on loopback and a port, such as 127.0.0.1:{usual}");
        }

        if (remembered is { } last && IsFree(last))
        {
            return new IPEndPoint(IPAddress.Loopback, last);
        }

        return new IPEndPoint(IPAddress.Loopback, IsFree(usual) ? usual : 0);
    }

    /// <summary>Whether a start failed because another process took a port after it was chosen.</summary>
    public static bool WereTaken(Exception failure) => Refusal(failure) is SocketError.AddressAlreadyInUse;

    /// <summary>Why the system gave no address to listen at; null when that is not what failed.</summary>
    public static SocketError? Refusal(Exception failure) => failure switch
    {
        AddressInUseException => SocketError.AddressAlreadyInUse,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable } refused => refused.SocketErrorCode,
        { InnerException: { } inner } => Refusal(inner),
        _ => null,
    };

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
