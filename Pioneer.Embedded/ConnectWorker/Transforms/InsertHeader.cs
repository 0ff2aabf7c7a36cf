using System.Text;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Transforms;

/// <summary>
/// <c>InsertHeader</c>: adds a header with a fixed text. Kafka's own reads the literal for what it looks like and its header converter writes that as text again, so that
/// <c>007</c> becomes <c>7</c> there; here the literal stays as it is, and such a one is refused.
/// </summary>
internal sealed class InsertHeader : ITransform
{
    private readonly RecordHeader _header;

    public InsertHeader(ConfigView config)
    {
        var literal = config.Require("value.literal");
        if (literal.Length == 0 || !literal.All(letter => char.IsAsciiLetter(letter) || letter is '-' or '_'))
        {
            throw config.Invalid("value.literal", literal, "The embedded worker takes letters, '-' and '_' only");
        }

        _header = new RecordHeader(config.Require("header"), Encoding.UTF8.GetBytes(literal));
    }

    public SourceRecord? Apply(SourceRecord record) => record with { Headers = record.Headers.Add(_header) };
}
