using System.Globalization;
using System.Numerics;

namespace Pioneer.Ksql.Types;

/// <summary>
/// An exact decimal of any size: <c>Unscaled * 10^-Scale</c>. The scale is part of the value (1.0 and 1.00 compare equal, but
/// print differently), as with Java's BigDecimal, which is what ksqlDB computes with. Rounding is HALF_UP where it happens.
/// </summary>
public readonly struct BigDecimal : IEquatable<BigDecimal>, IComparable<BigDecimal>
{
    private const int MaxExponent = 10_000;
    private static readonly BigInteger[] Powers = [.. Enumerable.Range(0, 64).Select(i => BigInteger.Pow(10, i))];

    /// <summary>Makes the value from its parts; the scale may be negative.</summary>
    public BigDecimal(BigInteger unscaled, int scale)
    {
        Unscaled = unscaled;
        Scale = scale;
    }

    /// <summary>All digits as one integer.</summary>
    public BigInteger Unscaled { get; }

    /// <summary>Digits after the point.</summary>
    public int Scale { get; }

    /// <summary>Number of digits, at least 1.</summary>
    public int Precision => Digits(Unscaled);

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Unscaled.Sign;

    /// <summary>Exact.</summary>
    public static implicit operator BigDecimal(long value) => new(value, 0);

    /// <summary>Exact, keeping the scale.</summary>
    public static BigDecimal FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return new BigDecimal(value < 0 ? -magnitude : magnitude, (bits[3] >> 16) & 0xFF);
    }

    /// <summary>By the shortest text that reads back as the same double, as Java's BigDecimal.valueOf does.</summary>
    public static BigDecimal FromDouble(double value) => Parse(JavaText.Of(value));

    /// <summary>Reads plain or scientific notation; null when the text is not a number.</summary>
    public static BigDecimal? TryParse(ReadOnlySpan<char> text)
    {
        var exponent = 0;
        var e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs(exponent) > MaxExponent)
            {
                return null;
            }

            text = text[..e];
        }

        var point = text.IndexOf('.');
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        var fraction = point < 0 ? 0 : text.Length - point - 1;
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var unscaled)
            ? new BigDecimal(unscaled, fraction - exponent)
            : null;
    }

    /// <summary>Reads plain or scientific notation.</summary>
    /// <exception cref="FormatException">The text is not a number.</exception>
    public static BigDecimal Parse(ReadOnlySpan<char> text) => TryParse(text) ?? throw new FormatException($"Not a decimal: '{text}'");

    /// <summary>Sum; the larger scale.</summary>
    public static BigDecimal operator +(BigDecimal a, BigDecimal b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return new BigDecimal(a.UnscaledAt(scale) + b.UnscaledAt(scale), scale);
    }

    /// <summary>Difference; the larger scale.</summary>
    public static BigDecimal operator -(BigDecimal a, BigDecimal b) => a + -b;

    /// <summary>Negation.</summary>
    public static BigDecimal operator -(BigDecimal a) => new(-a.Unscaled, a.Scale);

    /// <summary>Product; the scales add up.</summary>
    public static BigDecimal operator *(BigDecimal a, BigDecimal b) => new(a.Unscaled * b.Unscaled, a.Scale + b.Scale);

    /// <summary>Remainder with the sign of the dividend.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is zero.</exception>
    public static BigDecimal operator %(BigDecimal a, BigDecimal b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return new BigDecimal(BigInteger.Remainder(a.UnscaledAt(scale), b.UnscaledAt(scale)), scale);
    }

    /// <summary>Equal as numbers.</summary>
    public static bool operator ==(BigDecimal a, BigDecimal b) => a.CompareTo(b) == 0;

    /// <summary>Different as numbers.</summary>
    public static bool operator !=(BigDecimal a, BigDecimal b) => a.CompareTo(b) != 0;

    /// <summary>Smaller as a number.</summary>
    public static bool operator <(BigDecimal a, BigDecimal b) => a.CompareTo(b) < 0;

    /// <summary>Larger as a number.</summary>
    public static bool operator >(BigDecimal a, BigDecimal b) => a.CompareTo(b) > 0;

    /// <summary>Not larger as a number.</summary>
    public static bool operator <=(BigDecimal a, BigDecimal b) => a.CompareTo(b) <= 0;

    /// <summary>Not smaller as a number.</summary>
    public static bool operator >=(BigDecimal a, BigDecimal b) => a.CompareTo(b) >= 0;

    /// <summary>Quotient with exactly <paramref name="scale"/> digits after the point, rounded HALF_UP.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="divisor"/> is zero.</exception>
    public BigDecimal Divide(BigDecimal divisor, int scale)
    {
        var shift = scale + divisor.Scale - Scale;
        var numerator = shift > 0 ? Unscaled * Power(shift) : Unscaled;
        var denominator = shift < 0 ? divisor.Unscaled * Power(-shift) : divisor.Unscaled;
        return new BigDecimal(DivideHalfUp(numerator, denominator), scale);
    }

    /// <summary>The same number with another count of digits after the point, rounded HALF_UP where digits go.</summary>
    public BigDecimal SetScale(int scale) => scale >= Scale
        ? new BigDecimal(UnscaledAt(scale), scale)
        : new BigDecimal(DivideHalfUp(Unscaled, Power(Scale - scale)), scale);

    /// <summary>Largest integer value not above, at scale <paramref name="scale"/>.</summary>
    public BigDecimal Floor(int scale = 0) => Toward(scale, roundUp: false);

    /// <summary>Smallest integer value not below, at scale <paramref name="scale"/>.</summary>
    public BigDecimal Ceiling(int scale = 0) => Toward(scale, roundUp: true);

    /// <summary>Digits beyond <paramref name="scale"/> cut off.</summary>
    public BigDecimal Truncate(int scale = 0) => scale >= Scale
        ? new BigDecimal(UnscaledAt(scale), scale)
        : new BigDecimal(BigInteger.Divide(Unscaled, Power(Scale - scale)), scale);

    /// <summary>Fitted to a type: HALF_UP to its scale; null when it has too many digits before the point.</summary>
    public BigDecimal? FitTo(SqlDecimal type)
    {
        var fitted = SetScale(type.Scale);
        return fitted.Unscaled.IsZero || fitted.Precision <= type.Precision ? fitted : null;
    }

    /// <summary>Fitted to a type without rounding; null where it has too many digits before or behind the point.</summary>
    public BigDecimal? FitExactlyTo(SqlDecimal type) => FitTo(type) is { } fitted && fitted.Equals(this) ? fitted : null;

    /// <summary>Nearest double.</summary>
    public double ToDouble() => double.Parse(ToString(), CultureInfo.InvariantCulture);

    /// <summary>Integer part, cut to 64 bits as Java's longValue does.</summary>
    public long ToLong() => (long)(ulong)(Truncate().Unscaled & ulong.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(BigDecimal other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return UnscaledAt(scale).CompareTo(other.UnscaledAt(scale));
    }

    /// <inheritdoc/>
    public bool Equals(BigDecimal other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BigDecimal other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var (unscaled, scale) = (Unscaled, Scale);
        while (scale > 0 && !unscaled.IsZero && (unscaled % 10).IsZero)
        {
            unscaled /= 10;
            scale--;
        }

        return unscaled.IsZero ? 0 : HashCode.Combine(unscaled, scale);
    }

    /// <summary>Plain notation with all digits of the scale (BigDecimal.toPlainString).</summary>
    public override string ToString()
    {
        if (Scale <= 0)
        {
            return (Unscaled * Power(-Scale)).ToString(CultureInfo.InvariantCulture);
        }

        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Unscaled.Sign < 0 ? "-" : string.Empty;
        return $"{sign}{digits.AsSpan(0, digits.Length - Scale)}.{digits.AsSpan(digits.Length - Scale)}";
    }

    private static int Digits(BigInteger value)
    {
        var magnitude = BigInteger.Abs(value);
        var digits = 1;
        while (digits < MaxExponent && magnitude >= Power(digits))
        {
            digits++;
        }

        return digits;
    }

    private static BigInteger Power(int exponent) => exponent < Powers.Length ? Powers[exponent] : BigInteger.Pow(10, exponent);

    private static BigInteger DivideHalfUp(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        if (BigInteger.Abs(remainder) * 2 >= BigInteger.Abs(denominator))
        {
            quotient += numerator.Sign * denominator.Sign;
        }

        return quotient;
    }

    private BigInteger UnscaledAt(int scale) => scale == Scale ? Unscaled : Unscaled * Power(scale - Scale);

    private BigDecimal Toward(int scale, bool roundUp)
    {
        if (scale >= Scale)
        {
            return new BigDecimal(UnscaledAt(scale), scale);
        }

        var quotient = BigInteger.DivRem(Unscaled, Power(Scale - scale), out var remainder);
        if (!remainder.IsZero && remainder.Sign > 0 == roundUp)
        {
            quotient += roundUp ? 1 : -1;
        }

        return new BigDecimal(quotient, scale);
    }
}
