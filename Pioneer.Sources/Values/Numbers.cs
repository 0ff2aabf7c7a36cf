using System.Globalization;
using Pioneer.Ksql.Types;

namespace Pioneer.Sources;

/// <summary>Numbers as columns declare them: never rounded to something else, except by what a binary floating point number adds to a decimal.</summary>
internal static class Numbers
{
    // Sums of doubles end a few units in the last place beside the decimal that was meant, and far below its last digit.
    private const double Noise = 1.0 / (1L << 48), FarBelow = 0.01;

    /// <summary>The text of a number as a decimal with the column's digits.</summary>
    public static BigDecimal Parse(string column, string text, int? precision, int? scale) =>
        BigDecimal.TryParse(text) is { } number
            ? Fit(column, text, number, precision, scale)
            : throw new UnreadableValueException(column, text, "is no number that can be written in digits.");

    /// <summary>A double as the decimal that was stored in it.</summary>
    public static BigDecimal FromDouble(string column, double value, int? precision, int? scale)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            throw new UnreadableValueException(column, text, "is no number that can be written in digits.");
        }

        var exact = BigDecimal.FromDouble(value);
        if (scale is not { } digits)
        {
            return exact;
        }

        var rounded = exact.SetScale(digits);
        return Math.Abs(rounded.ToDouble() - value) <= Math.Min(Math.Abs(value) * Noise, Math.Pow(10, -digits) * FarBelow)
            ? Fit(column, text, rounded, precision, scale)
            : throw TooFine(column, text, digits);
    }

    private static BigDecimal Fit(string column, string text, BigDecimal number, int? precision, int? scale)
    {
        var fitted = scale is { } digits ? number.SetScale(digits) : number;
        if (fitted != number)
        {
            throw TooFine(column, text, scale ?? 0);
        }

        return precision is { } most && fitted.Precision > most
            ? throw new UnreadableValueException(column, text, $"has more than the {most} digits that the column is declared with.")
            : fitted;
    }

    private static UnreadableValueException TooFine(string column, string text, int digits) =>
        new(column, text, $"has more than the {digits} decimals that the column is declared with.");
}
