using System.Net;
using System.Net.Sockets;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>The real programs with a start that cannot be: a sentence for whoever started them, and an exit code.</summary>
public sealed class StartRefusalTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("pioneer-refused-").FullName;

    public void Dispose() => TestFolder.Delete(_data);

    [Theory]
    [InlineData("--urls=http://{0}", "The portal cannot listen at http://{0}", "--urls", true)]
    [InlineData("--Embedded:Kafka={0}", "The embedded Kafka broker cannot listen at {0}: another program has that port", "--Embedded:Kafka=127.0.0.1:PORT", false)]
    [InlineData("--Embedded:Ksql={0}", "The embedded ksql server cannot listen at {0}", "--Embedded:Ksql=127.0.0.1:PORT", false)]
    [InlineData("--Embedded:Connect={0}", "The embedded Connect worker cannot listen at {0}", "--Embedded:Connect=127.0.0.1:PORT", false)]
    public async Task Taken_port_names_listener_address_and_switch(string setting, string listener, string way, bool withoutPlatform)
    {
        using var other = new TcpListener(IPAddress.Loopback, TestPorts.Next());
        other.Start();
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        string[] free = withoutPlatform ? PortalProcess.WithoutPlatform
            : [.. new[] { "Kafka", "Ksql", "Connect" }.Select(part => $"--Embedded:{part}={TestPorts.NextEndpoint()}"), $"--urls=http://{TestPorts.NextEndpoint()}"];

        var told = await RefusalAsync([.. free, string.Format(culture, setting, other.LocalEndpoint)]);

        Assert.Contains(string.Format(culture, listener, other.LocalEndpoint), told, StringComparison.Ordinal);
        Assert.Contains(way, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Embedded:Kafka=somewhere", "Embedded:Kafka=somewhere")]
    [InlineData("--Demo=perhaps", "Demo=perhaps: true or false is expected")]
    [InlineData("--Database:Provider=Paper", "Database:Provider is 'Paper'")]
    [InlineData("--Jobs:ReconcileCron=0 4 30 2", "Jobs:ReconcileCron")]
    [InlineData("--Setup:ApiToken=short", "Setup:ApiToken")]
    [InlineData("--Connect:SecretReference=bank", "Connect:SecretReference 'bank'")]
    [InlineData("--Ksql:Credentials:acme:Username=acme", "Ksql:Credentials:acme:Url")]
    public async Task Wrong_setting_is_named_in_one_line(string setting, string named)
    {
        string[] rest = setting.StartsWith("--Demo", StringComparison.Ordinal) || setting.StartsWith("--Embedded", StringComparison.Ordinal) ? [] : PortalProcess.WithoutPlatform;

        var told = await RefusalAsync([.. rest, $"--urls=http://{TestPorts.NextEndpoint()}", setting]);

        Assert.Contains(named, told, StringComparison.Ordinal);
    }

    private async Task<string> RefusalAsync(string[] settings)
    {
        var run = await ToolRun.StartAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pioneer.Portal.dll"), "--data", _data, .. settings]);

        Assert.True(run.ExitCode == 1, $"exit code {run.ExitCode}\n{run.Output}\n{run.Errors}");
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        return Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("Pioneer did not start. ", StringComparison.Ordinal));
    }
}
