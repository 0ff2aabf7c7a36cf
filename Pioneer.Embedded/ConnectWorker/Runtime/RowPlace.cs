using System.Collections.Immutable;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>Names a row for people: by the fields that become the record's key, or by its first one where there is no key.</summary>
internal sealed class RowPlace
{
    private const int MaxShown = 100;

    private readonly ImmutableArray<string> _key;

    public RowPlace(ConfigView config)
    {
        var makesKey = config.GetList("transforms").Select(name => config.Below($"transforms.{name}."))
            .FirstOrDefault(transform => transform.Find("type") is { } type && type.EndsWith(".ValueToKey", StringComparison.Ordinal));
        _key = [.. makesKey?.GetList("fields") ?? []];
    }

    public string Of(SourceRecord source)
    {
        if (source.Value is not ConnectStruct { Values.Length: > 0 } row)
        {
            return "a record";
        }

        var places = _key.Select(row.Schema.IndexOf).Where(at => at >= 0).DefaultIfEmpty(0);
        var text = string.Join(", ", places.Select(at => $"{row.Schema.Fields[at].Name}={row.Values[at]?.ToString() ?? "NULL"}"));
        return $"row with {(text.Length > MaxShown ? text[..MaxShown] + "…" : text)}";
    }
}
