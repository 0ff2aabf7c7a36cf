using System.Globalization;
using System.Text.Json;

namespace Pioneer.Benchmarks.Races;

/// <summary>How a race tells what it measured: a table for people, then one line of JSON for programs.</summary>
internal static class RaceReport
{
    public static async Task WriteAsync(TextWriter output, string race, IReadOnlyList<Measurement> measurements, DateTimeOffset at)
    {
        var width = measurements.Max(measurement => measurement.Name.Length);
        await output.WriteLineAsync($"{"".PadRight(width)} {"median",9} {"p95",9} {"worst",9} {"goal",9}  n");
        foreach (var m in measurements)
        {
            await output.WriteLineAsync(
                $"{m.Name.PadRight(width)} {Figure(m.Median),9} {Figure(m.P95),9} {Figure(m.Worst),9} {(m.Goal is { } goal ? $"< {Figure(goal)}" : "-"),9}  {m.Samples.Count} {m.Unit}{(m.Holds ? "" : "  MISSED")}");
        }

        await output.WriteLineAsync(JsonSerializer.Serialize(new
        {
            race,
            at,
            cores = Environment.ProcessorCount,
            measurements = measurements.Select(m => new { m.Name, m.Unit, m.Goal, m.Median, m.P95, m.Worst, samples = m.Samples.Count, m.Holds }),
        }, JsonSerializerOptions.Web));
    }

    private static string Figure(double value) => value.ToString(value < 10 ? "0.000" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
