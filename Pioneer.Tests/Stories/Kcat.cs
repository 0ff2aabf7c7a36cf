using System.Diagnostics;
using Xunit;

namespace Pioneer.Tests.Stories;

/// <summary>Debian's kcat with one credential: a client that none of us wrote, against the SASL listener.</summary>
internal sealed record Kcat(string BootstrapServers, string Mechanism, string Principal, string Password)
{
    private const string Program = "/usr/bin/kcat";
    /// <summary>Warns in the test's result when it is not there.</summary>
    public static bool IsInstalled
    {
        get
        {
            if (!File.Exists(Program))
            {
                TestContext.Current.AddWarning("kcat is not installed (apt-get install kcat): the SASL listener was not tried with it");
                return false;
            }

            return true;
        }
    }

    /// <summary>The first record of the topic comes.</summary>
    public async Task IsAllowedAsync(string topic, CancellationToken ct)
    {
        var said = await ReadOneAsync(topic, ct);
        Assert.True(said.Contains("AMOUNT", StringComparison.Ordinal), said);
    }

    /// <summary>The brokers refuse, and not a byte of a record comes.</summary>
    public async Task IsRefusedAsync(string topic, CancellationToken ct)
    {
        var said = await ReadOneAsync(topic, ct);
        Assert.Contains("authorization", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AMOUNT", said, StringComparison.Ordinal);
    }

    private async Task<string> ReadOneAsync(string topic, CancellationToken ct)
    {
        string[] arguments =
        [
            "-b", BootstrapServers, "-X", "security.protocol=SASL_PLAINTEXT", "-X", $"sasl.mechanism={Mechanism}",
            "-X", $"sasl.username={Principal}", "-X", $"sasl.password={Password}", "-C", "-t", topic, "-o", "beginning", "-c", "1", "-e",
        ];
        using var kcat = Process.Start(
            new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience.Usual);
        var output = kcat.StandardOutput.ReadToEndAsync(limit.Token);
        var error = kcat.StandardError.ReadToEndAsync(limit.Token);
        await kcat.WaitForExitAsync(limit.Token);
        return await output + await error;
    }
}
