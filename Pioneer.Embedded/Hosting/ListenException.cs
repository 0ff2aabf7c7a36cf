using System.Net;
using System.Net.Sockets;

namespace Pioneer.Embedded;

/// <summary>A part cannot listen where it was told to; the message names the part, the address, the reason and the switch.</summary>
public sealed class ListenException : Exception
{
    private ListenException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>Starts one part and says what was wrong with its address, when that is what stopped it.</summary>
    /// <param name="part">As people call it, such as <c>Kafka broker</c>.</param>
    /// <param name="listeners">Where it is to listen, each with the switch that another address is given by.</param>
    /// <param name="start">The start itself.</param>
    internal static async Task<T> ExplainAsync<T>(string part, IReadOnlyList<(IPEndPoint Endpoint, string Switch)> listeners, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (Exception failure) when (LoopbackPorts.Refusal(failure) is { } refusal)
        {
            var reason = refusal is SocketError.AddressAlreadyInUse ? "another program has that port" : new SocketException((int)refusal).Message;
            throw new ListenException(
                $"The embedded {part} cannot listen at {string.Join(" and ", listeners.Select(l => l.Endpoint))}: {reason}. "
                + $"Give another address with {string.Join(" or ", listeners.Select(l => $"--{l.Switch}={l.Endpoint.Address}:PORT"))}, or stop the other program.", failure);
        }
    }
}
