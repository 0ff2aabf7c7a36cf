using System.Globalization;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>What decides how far a query's committed offsets may trail what it delivered.</summary>
/// <param name="Guarantee">Kafka Streams' processing.guarantee.</param>
/// <param name="CommitInterval">How often a query commits; also under exactly-once, since ksqlDB sets it for both.</param>
public sealed record KsqlStreamsSettings(string Guarantee, TimeSpan CommitInterval)
{
    /// <summary>Offsets and output move in one transaction.</summary>
    public const string ExactlyOnce = "exactly_once_v2";

    private const string Prefix = "ksql.streams.", GuaranteeName = "processing.guarantee", IntervalName = "commit.interval.ms";

    /// <summary>ksqlDB lists no guarantee where it has Kafka Streams' default.</summary>
    private const string DefaultGuarantee = "at_least_once";

    /// <summary>ksqlDB's own default (KsqlConstants).</summary>
    private const int DefaultIntervalMs = 2000;

    /// <summary>True when the committed offsets say exactly what was delivered.</summary>
    public bool IsExactlyOnce => Guarantee == ExactlyOnce;

    internal static KsqlStreamsSettings Of(IReadOnlyDictionary<string, string> properties)
    {
        var interval = int.TryParse(Find(IntervalName), CultureInfo.InvariantCulture, out var ms) && ms > 0 ? ms : DefaultIntervalMs;
        return new KsqlStreamsSettings(Find(GuaranteeName) is { Length: > 0 } guarantee ? guarantee : DefaultGuarantee, TimeSpan.FromMilliseconds(interval));

        string? Find(string name) => properties.GetValueOrDefault(Prefix + name) ?? properties.GetValueOrDefault(name);
    }
}
