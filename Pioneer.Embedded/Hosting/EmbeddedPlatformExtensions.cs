using Pioneer.Embedded.Bank;
using Pioneer.Embedded.Connect;
using Pioneer.Sources;

namespace Pioneer.Embedded;

/// <summary>The one call by which a host brings up what its configuration does not point elsewhere.</summary>
public static class EmbeddedPlatformExtensions
{
    /// <summary>Name of the config provider by which an embedded Connect worker asks its host for secrets.</summary>
    public const string SecretProvider = "pioneer";

    private const int StartAttempts = 5;

    /// <summary>
    /// Starts the parts that configuration does not name: the broker without <c>Kafka:BootstrapServers</c>, the ksql server without
    /// <c>Ksql:Url</c>, the Connect worker without <c>Connect:Url</c> (both beside a cluster that configuration names only with
    /// <c>Embedded:OnExternalKafka</c>), the demo bank unless <c>Demo</c> says no (asked once: the first
    /// start's answer is kept). Their addresses and credentials are then written into the configuration under the same keys, so that no
    /// other layer can tell which parts are embedded. Everything listens on loopback and is stopped after the host's other services. The
    /// worker takes sources' passwords from the <see cref="IConfigProvider"/> that the host registers.
    /// </summary>
    /// <remarks>
    /// Ports: <c>Embedded:Kafka</c>, <c>Embedded:Ksql</c>, <c>Embedded:Connect</c> as <c>127.0.0.1:port</c>; without them the ports of the
    /// last start, else 9093, 8088 and 8083, else free ones. <c>Embedded:DemoPaymentsPerSecond</c> sets the bank's rate.
    /// </remarks>
    /// <param name="sources">Which addresses the worker's connectors may read; null for any.</param>
    /// <exception cref="ArgumentException">A configuration value is wrong; the message names the key.</exception>
    /// <exception cref="ListenException">A configured address cannot be listened at; the message names the part and the key.</exception>
    public static async Task<EmbeddedPlatform> AddEmbeddedPlatformAsync(
        this IHostApplicationBuilder builder,
        SourceRules? sources = null,
        CancellationToken cancellationToken = default)
    {
        var configuration = builder.Configuration;
        var memory = new PlatformMemory(configuration["Data"] is { Length: > 0 } data ? data : "data");
        var loggers = new LateLoggerFactory();
        var secrets = new LateConfigProvider();
        var (options, platform) = await StartAsync(configuration, memory, secrets, sources ?? SourceRules.None, loggers, cancellationToken);
        PortalPlatform.Publish(configuration, options, platform);
        memory.Remember(PortalPlatform.Remembered(options, platform, memory.Settings));

        builder.Services.AddSingleton(platform);
        builder.Services.AddSingleton(platform.Faults);
        if (platform.Bank is { } bank)
        {
            builder.Services.AddSingleton<DemoBank>(bank);
        }

        // Hosted services stop in the reverse order of their registration: this one, registered first, stops last.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(services =>
        {
            loggers.Attach(services.GetRequiredService<ILoggerFactory>());
            secrets.Attach(services.GetService<IConfigProvider>());
            return new PlatformLifetime(platform);
        }));
        return platform;
    }

    private static async Task<(EmbeddedPlatformOptions Options, EmbeddedPlatform Platform)> StartAsync(
        IConfiguration configuration, PlatformMemory memory, IConfigProvider secrets, SourceRules sources, ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var options = PortalPlatform.Decide(configuration, memory) with { ConfigProviders = [secrets], Sources = sources };
            try
            {
                return (options, await EmbeddedPlatform.StartAsync(options, loggers, TimeProvider.System, cancellationToken));
            }
            catch (Exception failure) when (attempt < StartAttempts && LoopbackPorts.WereTaken(failure))
            {
                // another process took a port between its choice and its use: choose again
            }
        }
    }

    /// <summary>Stops the platform with the host, also with one that is disposed without having been stopped.</summary>
    private sealed class PlatformLifetime(EmbeddedPlatform platform) : IHostedService, IAsyncDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken) => await platform.DisposeAsync();

        public ValueTask DisposeAsync() => platform.DisposeAsync();
    }
}
