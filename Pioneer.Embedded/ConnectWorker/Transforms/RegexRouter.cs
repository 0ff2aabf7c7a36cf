using System.Text.RegularExpressions;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary><c>RegexRouter</c>: renames the topic where the whole name matches; <c>$1</c> in the replacement is a group.</summary>
internal sealed class RegexRouter(ConfigView config) : ITransform
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    private readonly Regex _pattern = Compile(config, "regex", whole: true);
    private readonly string _replacement = config.Require("replacement");

    public SourceRecord Apply(SourceRecord record) =>
        _pattern.IsMatch(record.Topic) ? record with { Topic = _pattern.Replace(record.Topic, _replacement, 1) } : record;

    public static Regex Compile(ConfigView config, string key, bool whole)
    {
        var text = config.Require(key);
        try
        {
            return new Regex(whole ? $"^(?:{text})$" : text, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (ArgumentException error)
        {
            throw config.Invalid(key, text, $"Invalid regex: {error.Message}");
        }
    }
}
