using System.Collections.Immutable;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Sandbox;

// WITH (..) and the properties of a request.
internal static class PropertyRules
{
    private const string OffsetReset = "auto.offset.reset";

    private static readonly ImmutableArray<string> SetByPioneer =
        ["KAFKA_TOPIC", "PARTITIONS", "REPLICAS", "FORMAT", "KEY_FORMAT", "CLEANUP_POLICY", "QUERY_ID", "KEY_SCHEMA_ID", "VALUE_SCHEMA_ID"];

    private static readonly ImmutableArray<string> NotYet = ["TIMESTAMP", "TIMESTAMP_FORMAT", "RETENTION_MS"];

    public static void CheckWith(SyntaxList<WithProperty> properties, DiagnosticBag diagnostics)
    {
        HashSet<string> seen = [];
        foreach (var property in properties)
        {
            // A property's name means the same in any case and in any quotes.
            var name = property.Name.Text.ToUpperInvariant();
            if (!seen.Add(name))
            {
                diagnostics.Error("PropertyTwice", property.Span, $"{Shorten(name)} is given twice.");
            }
            else if (name == "VALUE_FORMAT")
            {
                CheckFormat(property, diagnostics);
            }
            else if (SetByPioneer.Contains(name))
            {
                diagnostics.Error("PropertyNotAllowed", property.Span, $"{name} is set by Pioneer.", "Remove it.");
            }
            else if (NotYet.Contains(name))
            {
                diagnostics.Error("NotSupportedYet", property.Span, $"{name} is not supported yet by this release.", "Remove it.");
            }
            else
            {
                diagnostics.Error("PropertyNotAllowed", property.Span, $"Invalid config variable(s) in the WITH clause: {Shorten(name)}");
            }
        }
    }

    private static void CheckFormat(WithProperty property, DiagnosticBag diagnostics)
    {
        var format = (property.Value as StringLiteral)?.Value.ToUpperInvariant();
        if (format is "DELIMITED" or "AVRO" or "JSON_SR" or "PROTOBUF")
        {
            diagnostics.Error("NotSupportedYet", property.Value.Span, $"VALUE_FORMAT {format} is not supported yet by this release.", "Use 'JSON', or leave it out.");
        }
        else if (format != "JSON")
        {
            diagnostics.Error("PropertyNotAllowed", property.Value.Span, $"Unknown format: {Shorten(format ?? KsqlPrinter.Print(property.Value))}", "Use 'JSON', or leave it out.");
        }
    }

    public static void CheckRequest(IReadOnlyDictionary<string, string> properties, SandboxMode mode, DiagnosticBag diagnostics)
    {
        foreach (var (name, value) in properties)
        {
            if (name != OffsetReset || mode == SandboxMode.Deploy)
            {
                var where = name == OffsetReset ? "only for previews" : "never";
                diagnostics.Error("PropertyNotAllowed", default, $"The property '{Shorten(name)}' is allowed {where}.");
            }
            else if (value is not ("earliest" or "latest"))
            {
                diagnostics.Error("PropertyNotAllowed", default, $"{OffsetReset} is 'earliest' or 'latest', not '{Shorten(value)}'.");
            }
        }
    }

    private static string Shorten(string text) => text.Length > 80 ? text[..80] + ".." : text;
}
