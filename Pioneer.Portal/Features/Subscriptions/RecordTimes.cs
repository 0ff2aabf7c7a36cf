using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Pioneer.Domain.Subscriptions;

namespace Pioneer.Portal.Features.Subscriptions;

/// <summary>Times in a record, which holds them as numbers, as people read them.</summary>
public static class RecordTimes
{
    /// <summary>Each column of a type that is a time with its value, in the order of the columns; empty where the value is no such record.</summary>
    public static IReadOnlyList<(string Name, string Text)> Of(string? value, ImmutableArray<ResultColumn> columns)
    {
        if (value is null || columns.IsDefaultOrEmpty || !columns.Any(column => IsTime(column.Type)))
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(value);
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return [];
            }

            return
            [
                .. columns.Where(column => IsTime(column.Type))
                    .Select(column => (column.Name, Text: json.RootElement.TryGetProperty(column.Name, out var field) ? Text(field, column.Type) : null))
                    .Where(time => time.Text is not null).Select(time => (time.Name, time.Text!)),
            ];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static bool IsTime(string type) => type is "TIMESTAMP" or "DATE" or "TIME";

    private static string? Text(JsonElement field, string type)
    {
        if (field.ValueKind is not JsonValueKind.Number || !field.TryGetInt64(out var number))
        {
            return null;
        }

        try
        {
            return type switch
            {
                "DATE" => DateTimeOffset.UnixEpoch.AddDays(number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                "TIME" => TimeSpan.FromMilliseconds(number).ToString("c", CultureInfo.InvariantCulture),
                _ => DateTimeOffset.FromUnixTimeMilliseconds(number).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) + " UTC",
            };
        }
        catch (Exception beyond) when (beyond is ArgumentOutOfRangeException or OverflowException)
        {
            return null; // no year that a calendar has: the number stands there already
        }
    }
}
