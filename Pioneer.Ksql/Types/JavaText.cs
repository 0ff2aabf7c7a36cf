using System.Globalization;

namespace Pioneer.Ksql.Types;

/// <summary>Numbers spelled as Java spells them, since ksqlDB's text outputs are Java's.</summary>
public static class JavaText
{
    /// <summary>Double.toString of JDK 19 and later: shortest digits, always a point, E notation outside [1e-3, 1e7).</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = Shortest(value);
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        var digits = Digits(shortest);
        var sign = value < 0 ? "-" : string.Empty;
        exponent = Exponent(shortest, exponent);
        if (exponent is >= -3 and < 7)
        {
            return sign + Plain(digits, exponent);
        }

        var fraction = digits.Length > 1 ? digits[1..] : "0";
        return $"{sign}{digits[0]}.{fraction}E{exponent}";
    }

    // Java writes two digits at least, and of all that read back as the value the nearest: where one digit would do, two may be nearer.
    private static string Shortest(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var two = Digits(shortest).Length == 1 ? value.ToString("E1", CultureInfo.InvariantCulture) : shortest;
        return double.Parse(two, CultureInfo.InvariantCulture).Equals(value) ? two : shortest;
    }

    private static string Digits(string shortest)
    {
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var digits = mantissa.Replace("-", string.Empty, StringComparison.Ordinal).Replace(".", string.Empty, StringComparison.Ordinal)
            .TrimStart('0').TrimEnd('0');
        return digits.Length == 0 ? "0" : digits;
    }

    /// <summary>The decimal exponent read off the shortest text itself: the 17-digit one may round up to the next power.</summary>
    private static int Exponent(string shortest, int fallback)
    {
        var text = shortest.TrimStart('-');
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            return int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        if (whole.TrimStart('0').Length > 0)
        {
            return whole.TrimStart('0').Length - 1;
        }

        for (var i = point + 1; point >= 0 && i < text.Length; i++)
        {
            if (text[i] != '0')
            {
                return point - i;
            }
        }

        return fallback;
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        var whole = digits.Length > exponent ? digits[..(exponent + 1)] : digits.PadRight(exponent + 1, '0');
        var fraction = digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0";
        return whole + "." + fraction;
    }
}
