using Serilog;
using Serilog.Events;

namespace Pioneer.Jobs.Hosting;

/// <summary>What of the libraries' own talk is worth a line in a log that people read.</summary>
public static class LoggingLevels
{
    /// <summary>Information of our own, warnings of the frameworks. Configuration can say otherwise, when it is read after this.</summary>
    public static LoggerConfiguration WithPioneerLevels(this LoggerConfiguration log) => log
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
        .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
        // each try of a retried call, with its stack; whoever makes the call says once that it failed
        .MinimumLevel.Override("Polly", LogEventLevel.Fatal);

    /// <summary>On the embedded platform with its own database nobody is warned that the keys of secrets want a certificate; anywhere else they are.</summary>
    public static LoggerConfiguration WithTrialLevels(this LoggerConfiguration log, IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration["Kafka:BootstrapServers"]) && string.IsNullOrEmpty(configuration["Database:ConnectionString"])
            ? log.MinimumLevel.Override("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogEventLevel.Error)
            : log;
}
