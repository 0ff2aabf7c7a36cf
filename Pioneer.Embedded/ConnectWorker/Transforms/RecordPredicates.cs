using System.Text.RegularExpressions;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>Decides whether a transform applies to a record.</summary>
internal interface IRecordPredicate
{
    bool Test(SourceRecord record);
}

/// <summary>The predicates that come with Kafka Connect.</summary>
internal static class RecordPredicates
{
    public static IRecordPredicate Create(ConfigView config)
    {
        var type = config.Require("type");
        return type switch
        {
            "org.apache.kafka.connect.transforms.predicates.TopicNameMatches" => new TopicNameMatches(config),
            "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone" => new RecordIsTombstone(),
            _ => throw config.Invalid("type", type, $"Class {type} could not be found."),
        };
    }

    private sealed class TopicNameMatches(ConfigView config) : IRecordPredicate
    {
        private readonly Regex _pattern = RegexRouter.Compile(config, "pattern", whole: true);

        public bool Test(SourceRecord record) => _pattern.IsMatch(record.Topic);
    }

    private sealed class RecordIsTombstone : IRecordPredicate
    {
        public bool Test(SourceRecord record) => record.Value is null;
    }
}
