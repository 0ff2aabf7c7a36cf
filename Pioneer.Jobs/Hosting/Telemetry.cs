using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pioneer.Domain;

namespace Pioneer.Jobs.Hosting;

/// <summary>
/// What monitoring sees, by OpenTelemetry: figures of the meters named <c>Pioneer.*</c>, of the process and of HTTP, and the traces of operations, plans and
/// seed runs. With <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> (and the other keys of its exporter) both go to a collector; nothing leaves the process otherwise.
/// </summary>
public static class Telemetry
{
    /// <summary>The source of all traces.</summary>
    public const string SourceName = "Pioneer";

    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Registers meters and traces under the name of a program, such as <c>pioneer-portal</c>.</summary>
    /// <exception cref="StartException">The collector's address is none.</exception>
    public static OpenTelemetryBuilder AddPioneerTelemetry(this IHostApplicationBuilder builder, string program)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(program, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics => metrics.AddMeter($"{SourceName}.*", "System.Runtime", "System.Net.Http", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"));
        if (builder.Configuration[Collector] is not { Length: > 0 } address)
        {
            return telemetry;
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? telemetry.WithMetrics(metrics => metrics.AddOtlpExporter()).WithTracing(traces => traces.AddSource(SourceName).AddOtlpExporter())
            : throw new StartException($"{Collector} is '{address}'; it must be the address of an OpenTelemetry collector, such as http://127.0.0.1:4317.");
    }

    /// <summary>The name of a meter that <see cref="AddPioneerTelemetry"/> collects.</summary>
    public static string MeterOf(string area) => $"{SourceName}.{area}";

    /// <summary>Begins a span under the present one; null where nobody collects traces.</summary>
    internal static Activity? Begin(string name, params ReadOnlySpan<(string Name, object? Value)> tags)
    {
        var span = Source.StartActivity(name);
        foreach (var (tag, value) in tags)
        {
            span?.SetTag($"pioneer.{tag}", value);
        }

        return span;
    }

    /// <summary>Says on the present span, where it is one of ours, what went wrong.</summary>
    internal static void Judge(Error? failure)
    {
        if (failure is not null && Activity.Current is { Source.Name: SourceName } span)
        {
            span.SetStatus(ActivityStatusCode.Error, failure.ToText());
        }
    }
}
