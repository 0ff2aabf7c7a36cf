using System.Text.Json;

namespace Pioneer.Portal.Features.Activity;

/// <summary>Audit entries in the words of people.</summary>
public static class AuditWords
{
    /// <summary>'EntitlementGranted' reads as 'Entitlement granted'.</summary>
    public static string Of(string action) => string.Concat(action.Select((c, i) => char.IsUpper(c) && i > 0 ? " " + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>The values after a change as one line: <c>reason: wrong password, address: 10.0.0.7</c>.</summary>
    public static string Details(string? json)
    {
        if (json is null)
        {
            return "";
        }

        try
        {
            using var values = JsonDocument.Parse(json);
            return values.RootElement.ValueKind is JsonValueKind.Object
                ? string.Join(", ", values.RootElement.EnumerateObject().Where(value => value.Value.ValueKind is not JsonValueKind.Null)
                    .Select(value => $"{Of(value.Name).ToLowerInvariant()}: {value.Value}"))
                : json;
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
