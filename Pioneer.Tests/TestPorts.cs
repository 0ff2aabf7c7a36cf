using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pioneer.Tests;

/// <summary>
/// Ports for servers that tests stop and start again on the same address. They lie below Linux' ephemeral range (32768 to 60999): from there a
/// client that reconnects while the server is down may take the server's port as its own source port.
/// </summary>
public static class TestPorts
{
    private const int Lowest = 20_000;
    private const int Beyond = 32_000;
    private const int MaxAttempts = 500;

    // one process gives no port twice: who asked first may not listen on it yet
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port on loopback that nothing listens on.</summary>
    public static int Next() => NextRow(1);

    /// <summary>The first of so many free ports in a row.</summary>
    public static int NextRow(int count)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var first = Random.Shared.Next(Lowest, Beyond - count);
            var row = Enumerable.Range(first, count).ToList();
            if (row.TrueForAll(port => IsFree(port) && Given.TryAdd(port, true)))
            {
                return first;
            }
        }

        throw new InvalidOperationException($"No {count} free ports in a row were found between {Lowest} and {Beyond}.");
    }

    /// <summary>An endpoint on loopback that nothing listens on.</summary>
    public static IPEndPoint NextEndpoint() => new(IPAddress.Loopback, Next());

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
