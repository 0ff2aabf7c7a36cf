using System.Collections.Immutable;
using System.Globalization;
using Pioneer.Ksql.Functions;

namespace Pioneer.Ksql.Statements;

/// <summary>Settings that change what statements mean, by ksqlDB's names.</summary>
/// <param name="Values">The settings that were given.</param>
public sealed record KsqlSettings(ImmutableDictionary<string, string> Values)
{
    /// <summary>ksqlDB's defaults.</summary>
    public static KsqlSettings Default { get; } = new(ImmutableDictionary<string, string>.Empty);

    /// <summary>The format of values where WITH says none; null: WITH must say one.</summary>
    public string? DefaultValueFormat => Values.GetValueOrDefault("ksql.persistence.default.format.value");

    /// <summary>The format of keys where WITH says none.</summary>
    public string DefaultKeyFormat => Values.GetValueOrDefault("ksql.persistence.default.format.key", "KAFKA");

    /// <summary>Whether a single value column stands in an object; null: as its format likes it.</summary>
    public bool? WrapSingleValues =>
        Values.TryGetValue("ksql.persistence.wrap.single.values", out var text) && bool.TryParse(text, out var wrap) ? wrap : null;

    /// <summary>What topic names made of source names begin with.</summary>
    public string TopicPrefix => Values.GetValueOrDefault("ksql.output.topic.name.prefix", "");

    /// <summary>Whether a record whose time can't be read stops a query; else it is left out.</summary>
    public bool ThrowOnInvalidTimestamp => Flag("ksql.timestamp.throw.on.invalid");

    /// <summary>Whether the key of a result is what was selected of it.</summary>
    public bool HasNewPlanner => Flag("ksql.new.query.planner.enabled");

    /// <summary>Bounds of aggregates that collect.</summary>
    public AggregateLimits Limits =>
        new(Number("ksql.functions.collect_list.limit"), Number("ksql.functions.collect_set.limit"));

    private bool Flag(string name) => Values.TryGetValue(name, out var text) && bool.TryParse(text, out var on) && on;

    private int Number(string name) =>
        Values.TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
}
