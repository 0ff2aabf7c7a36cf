using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>The transforms a connector lists under <c>transforms</c>, in order, each with its predicate if it names one.</summary>
internal sealed class TransformChain
{
    private readonly IReadOnlyList<(ITransform Transform, IRecordPredicate? Predicate, bool Negate)> _steps;

    private TransformChain(IReadOnlyList<(ITransform, IRecordPredicate?, bool)> steps) => _steps = steps;

    /// <exception cref="ConnectConfigException">A class is unknown or a setting is missing or wrong.</exception>
    public static TransformChain Create(ConfigView config)
    {
        var predicates = config.GetList("predicates").ToDictionary(
            alias => alias,
            alias => RecordPredicates.Create(config.Below($"predicates.{alias}.")),
            StringComparer.Ordinal);
        var steps = new List<(ITransform, IRecordPredicate?, bool)>();
        foreach (var alias in config.GetList("transforms"))
        {
            var own = config.Below($"transforms.{alias}.");
            IRecordPredicate? predicate = null;
            if (own.Find("predicate") is { } wanted && !predicates.TryGetValue(wanted, out predicate))
            {
                throw own.Invalid("predicate", wanted, $"Predicate '{wanted}' is not listed under {config.FullKey("predicates")}");
            }

            steps.Add((CreateTransform(own), predicate, own.GetBoolean("negate", false)));
        }

        return new TransformChain(steps);
    }

    public SourceRecord? Apply(SourceRecord record)
    {
        SourceRecord? current = record;
        foreach (var (transform, predicate, negate) in _steps)
        {
            if (predicate is not null && predicate.Test(current) == negate)
            {
                continue;
            }

            current = transform.Apply(current);
            if (current is null)
            {
                return null;
            }
        }

        return current;
    }

    private static ITransform CreateTransform(ConfigView config)
    {
        const string package = "org.apache.kafka.connect.transforms.";
        var type = config.Require("type");
        var (name, side) = type.Split('$') switch
        {
            [var plain] => (plain, (RecordSide?)null),
            [var sided, "Key"] => (sided, RecordSide.Key),
            [var sided, "Value"] => (sided, RecordSide.Value),
            _ => ("", null),
        };
        var simple = name.StartsWith(package, StringComparison.Ordinal) ? name[package.Length..] : "";
        return (simple, side) switch
        {
            ("ValueToKey", null) => new ValueToKey(config),
            ("InsertHeader", null) => new InsertHeader(config),
            ("RegexRouter", null) => new RegexRouter(config),
            ("Filter", null) => new DropRecord(),
            ("ExtractField", { } at) => new ExtractField(config, at),
            ("InsertField", { } at) => new InsertField(config, at),
            ("MaskField", { } at) => new MaskField(config, at),
            ("ReplaceField", { } at) => new ReplaceField(config, at),
            ("Cast", { } at) => new CastFields(config, at),
            ("TimestampConverter", { } at) => new TimestampConverter(config, at),
            _ => throw config.Invalid("type", type, $"Class {type} could not be found."),
        };
    }
}
