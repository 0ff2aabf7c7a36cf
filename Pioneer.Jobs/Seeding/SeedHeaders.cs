using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Pioneer.Domain;

namespace Pioneer.Jobs.Seeding;

/// <summary>Headers of seed rows and of the completion record (design/09-interfaces.md). Values are UTF-8 text.</summary>
public static class SeedHeaders
{
    public const string Run = "pioneer-seed-run";
    public const string Chunk = "pioneer-seed-chunk";

    /// <summary>The row's version: its offset in the topic that the state was folded from.</summary>
    public const string Version = "pioneer-seed-version";
    public const string Complete = "pioneer-seed-complete";

    internal static Headers Row(SeedRunId run, int chunk, long version) => new()
    {
        { Run, Text(run.Value.ToString("n")) },
        { Chunk, Text(chunk.ToString(CultureInfo.InvariantCulture)) },
        { Version, Text(version.ToString(CultureInfo.InvariantCulture)) },
    };

    internal static Headers Completion(SeedRunId run) => new() { { Complete, Text(run.Value.ToString("n")) } };

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);
}
