using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pioneer.Jobs.Hosting;

/// <summary>What HTTP adapters share: which failures mean 'not there', and Basic authentication.</summary>
internal static class HttpFailures
{
    /// <summary>True for refused or broken connections and timeouts; false for the caller's own cancellation.</summary>
    public static bool IsUnreachable(Exception failure, CancellationToken ct) => !ct.IsCancellationRequested
        && failure is HttpRequestException or SocketException or TimeoutRejectedException or BrokenCircuitException or TaskCanceledException
            or HttpIOException
        && !ct.IsCancellationRequested;

    public static AuthenticationHeaderValue Basic(string username, string? password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}
