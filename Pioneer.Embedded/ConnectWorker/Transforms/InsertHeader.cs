using System.Text;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>
/// <c>InsertHeader</c>: adds a header with a fixed text. Kafka's own reads the literal for what it looks like and its header converter writes that as text again: with Connect 4.2
/// <c>007</c> arrives as <c>7</c>, <c>1.10</c> as <c>1.1</c>, and <c>null</c> as no value. Here the literal stays as it is, and what Kafka may change is refused.
/// </summary>
internal sealed class InsertHeader : ITransform
{
    private readonly RecordHeader _header;

    public InsertHeader(ConfigView config)
    {
        var literal = config.Require("value.literal");
        if (literal is "" or "null" || !literal.All(letter => char.IsAsciiLetter(letter) || letter is '-' or '_'))
        {
            throw config.Invalid("value.literal", literal, "The embedded worker takes letters, '-' and '_' only, and not null");
        }

        _header = new RecordHeader(config.Require("header"), Encoding.UTF8.GetBytes(literal));
    }

    public SourceRecord? Apply(SourceRecord record) => record with { Headers = record.Headers.Add(_header) };
}
