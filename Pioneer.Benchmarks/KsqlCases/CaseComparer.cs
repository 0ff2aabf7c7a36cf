using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pioneer.Ksql.Types;

namespace Pioneer.Benchmarks.KsqlCases;

/// <summary>Compares what came out with what a case expects, as ksqlDB's own harness does.</summary>
/// <param name="isExact">Whether fractions are compared digit by digit.</param>
internal sealed class CaseComparer(bool isExact)
{
    private const double Tolerance = 1e-6;

    /// <summary>Whether a value is what is expected.</summary>
    public bool Matches(JsonElement expected, CaseValue actual)
    {
        // A single column that stands alone has its own type; else fields of an object have theirs.
        var type = actual is { Columns: [var only], Json.ValueKind: not JsonValueKind.Object } ? only.Type : null;
        return Matches(expected, actual.Json, type, actual.Columns);
    }

    private bool Matches(JsonElement expected, JsonElement actual, SqlType? type, Column[] columns = null!)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return actual.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
            case JsonValueKind.Object:
                return actual.ValueKind == JsonValueKind.Object && MatchesFields(expected, actual, type, columns ?? []);
            case JsonValueKind.Array:
                return actual.ValueKind == JsonValueKind.Array
                    && expected.GetArrayLength() == actual.GetArrayLength()
                    && expected.EnumerateArray()
                        .Zip(actual.EnumerateArray())
                        .All(p => Matches(p.First, p.Second, (type as SqlArray)?.Element));
            case JsonValueKind.Number:
                return actual.ValueKind == JsonValueKind.Number && MatchesNumber(expected.GetRawText(), actual.GetRawText(), type);
            case JsonValueKind.String:
                return actual.ValueKind == JsonValueKind.String
                    ? expected.GetString() == actual.GetString()
                    : actual.ValueKind == JsonValueKind.Number
                        && BigDecimal.TryParse(expected.GetString()!) is { } text
                        && BigDecimal.TryParse(actual.GetRawText()) is { } number
                        && text.Equals(number) && text.Scale == number.Scale;
            default:
                return expected.ValueKind == actual.ValueKind;
        }
    }

    private bool MatchesFields(JsonElement expected, JsonElement actual, SqlType? type, Column[] columns)
    {
        if (expected.EnumerateObject().Count() != actual.EnumerateObject().Count())
        {
            return false;
        }

        foreach (var field in expected.EnumerateObject())
        {
            var found = actual.TryGetProperty(field.Name, out var value)
                || actual.TryGetProperty(field.Name.ToUpperInvariant(), out value);
            var name = field.Name;
            var fieldType = type switch
            {
                SqlStruct record => record.Fields.FirstOrDefault(f => Same(f.Name, name))?.Type,
                SqlMap map => map.Value,
                _ => Array.Find(columns, c => Same(c.Name, name))?.Type,
            };
            if (!Matches(field.Value, found ? value : default, fieldType))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private bool MatchesNumber(string expected, string actual, SqlType? type)
    {
        var isFraction = IsFraction(actual);
        if (!isFraction)
        {
            var whole = BigInteger.Parse(actual, CultureInfo.InvariantCulture);
            return whole >= long.MinValue && whole <= long.MaxValue
                && BigInteger.Divide(Scaled(expected), 1) == whole;
        }

        if (!isExact)
        {
            return Math.Abs(Number(expected) - Number(actual)) < Tolerance;
        }

        // Digits of doubles are not the same in all versions of Java; the values are.
        if (type?.BaseType == SqlBaseType.Double && IsFraction(expected))
        {
            return Number(expected).Equals(Number(actual));
        }

        return BigDecimal.TryParse(expected) is { } e && BigDecimal.TryParse(actual) is { } a
            && e.CompareTo(a) == 0 && (IsFraction(expected) ? e.Scale == a.Scale : a.Scale <= 0);
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool IsFraction(string text) => text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0;

    // The whole part of a number.
    private static BigInteger Scaled(string text) => IsFraction(text)
        ? new BigInteger(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
        : BigInteger.Parse(text, CultureInfo.InvariantCulture);
}
