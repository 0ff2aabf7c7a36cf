using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pioneer.Jobs.Hosting;

/// <summary>What HTTP adapters share: which failures mean 'not there', redirects, and Basic authentication.</summary>
internal static class HttpFailures
{
    /// <summary>True for refused or broken connections and timeouts; false for the caller's own cancellation.</summary>
    public static bool IsUnreachable(Exception failure, CancellationToken ct) => !ct.IsCancellationRequested
        && failure is HttpRequestException or SocketException or TimeoutRejectedException or BrokenCircuitException or TaskCanceledException
            or HttpIOException
        && !ct.IsCancellationRequested;

    /// <summary>The body of an answer; of a redirect, which is never followed, where it leads and what to do about it.</summary>
    /// <param name="setting">Where the address comes from.</param>
    public static async Task<string> ContentAsync(HttpResponseMessage response, string setting, CancellationToken ct) =>
        (int)response.StatusCode is >= 300 and < 400
            ? $"it redirects to {response.Headers.Location}, which is not followed. Set {setting} to the address that answers itself"
            : await response.Content.ReadAsStringAsync(ct);

    public static AuthenticationHeaderValue Basic(string username, string? password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}
