using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pioneer.Kafka.Protocol.Client;
using Serilog;
using Serilog.Events;

namespace Pioneer.Embedded;

/// <summary>
/// The embedded platform as a program of its own: one JSON line on standard output when all parts can be used, logs on standard error,
/// a clean stop on SIGTERM and Ctrl+C. Exit codes: 0 stopped, 1 could not start, 2 wrong command line.
/// </summary>
internal static class EmbeddedProgram
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        EmbeddedPlatformOptions options;
        try
        {
            options = EmbeddedCommandLine.Parse(args);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            await Console.Error.WriteLineAsync($"{error.Message}\n{EmbeddedCommandLine.Usage}");
            return 2;
        }

        if (NativeKafka.Refusal(typeof(Confluent.Kafka.Library).Assembly, () => Confluent.Kafka.Library.Version) is { } refusal)
        {
            await Console.Error.WriteLineAsync($"The embedded platform could not start: {refusal}");
            return 1;
        }

        using var loggers = CreateLoggers();
        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        try
        {
            await using var platform = await EmbeddedPlatform.StartAsync(options, loggers, TimeProvider.System, stop.Token);
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(ReadyLine.Of(platform.Endpoints), Json));
            await Console.Out.FlushAsync(CancellationToken.None);
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"The embedded platform could not start: {error.Message}");
            loggers.CreateLogger<EmbeddedPlatform>().LogDebug(error, "Start failed");
            return 1;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    private static ILoggerFactory CreateLoggers()
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .WriteTo.Console(standardErrorFromLevel: LogEventLevel.Verbose, formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            .CreateLogger();
        return LoggerFactory.Create(logging => logging.AddSerilog(logger, dispose: true));
    }

    /// <summary>The line that says the platform can be used.</summary>
    private sealed record ReadyLine(bool Ready, string? Kafka, string? KafkaSasl, string? Ksql, string? Connect, string? DemoBank)
    {
        public static ReadyLine Of(EmbeddedEndpoints endpoints) =>
            new(true, endpoints.Kafka, endpoints.KafkaSasl, endpoints.Ksql, endpoints.Connect, endpoints.DemoBankUrl);
    }
}
