using System.Globalization;
using Pioneer.Domain;

namespace Pioneer.Portal.Features.Seeding;

/// <summary>The field 'rows a second at most' of a form.</summary>
public static class SeedRate
{
    /// <summary>Null for an empty field: no limit. What is no such number is told apart, so that the message fits what was typed.</summary>
    public static Result<int?> Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (int?)null;
        }

        return decimal.TryParse(text.Trim(), NumberStyles.Number, CultureInfo.InvariantCulture, out var rate) switch
        {
            false => Invalid($"'{text.Trim()}' is no number.", "Give a whole number of rows a second, or leave it empty for no limit."),
            _ when decimal.Truncate(rate) != rate => Invalid($"{text.Trim()} is no whole number.", "Rows are not divided: give a whole number of them a second."),
            _ when rate < 1 => Invalid("The rate limit must be at least one row a second.", "Leave it empty for no limit."),
            _ when rate > int.MaxValue => Invalid($"{text.Trim()} is more than {int.MaxValue:N0} rows a second.", "Leave it empty for no limit."),
            _ => (int?)rate,
        };
    }

    private static Error Invalid(string message, string wayOut) => Error.Invalid("OutOfRange", "maxRowsPerSecond", message, wayOut);
}
