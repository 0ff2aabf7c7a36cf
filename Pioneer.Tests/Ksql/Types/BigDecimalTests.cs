using System.Globalization;
using System.Numerics;
using CsCheck;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Types;

public sealed class BigDecimalTests
{
    [Theory]
    [InlineData("1.50", "1.50")]
    [InlineData("-0.05", "-0.05")]
    [InlineData("1E3", "1000")]
    [InlineData("12.5e-3", "0.0125")]
    [InlineData("123456789012345678901234567890.12", "123456789012345678901234567890.12")]
    public void Decimal_keeps_its_scale_when_read_and_printed(string text, string printed) =>
        Assert.Equal(printed, BigDecimal.Parse(text).ToString());

    [Theory]
    [InlineData("2.345", 2, "2.35")]
    [InlineData("-2.345", 2, "-2.35")]
    [InlineData("2.344", 2, "2.34")]
    [InlineData("2", 3, "2.000")]
    public void Decimal_rounds_half_up(string text, int scale, string rounded) =>
        Assert.Equal(rounded, BigDecimal.Parse(text).SetScale(scale).ToString());

    [Fact]
    public void Decimal_does_not_fit_a_type_with_too_few_digits()
    {
        Assert.Null(BigDecimal.Parse("123.4").FitTo(SqlType.Decimal(4, 2)));
        Assert.Equal("12.40", BigDecimal.Parse("12.4").FitTo(SqlType.Decimal(4, 2))!.Value.ToString());
    }

    [Fact]
    public void Arithmetic_agrees_with_system_decimal_where_that_is_exact() =>
        Gen.Select(Gen.Int, Gen.Int, Gen.Int[0, 6], Gen.Int[0, 6]).Sample((a, b, s, t) =>
        {
            var (x, y) = (new BigDecimal(a, s), new BigDecimal(b, t));
            var (m, n) = (decimal.Parse(x.ToString(), CultureInfo.InvariantCulture), decimal.Parse(y.ToString(), CultureInfo.InvariantCulture));
            Assert.Equal(BigDecimal.FromDecimal(m + n), x + y);
            Assert.Equal(BigDecimal.FromDecimal(m * n), x * y);
            Assert.Equal(Math.Sign(m.CompareTo(n)), Math.Sign(x.CompareTo(y)));
            if (b != 0)
            {
                Assert.Equal(BigDecimal.FromDecimal(m % n), x % y);
                Assert.Equal((x % y).GetHashCode(), BigDecimal.FromDecimal(m % n).GetHashCode());
            }

            Assert.Equal(new BigInteger(decimal.Floor(m)), x.Floor().Unscaled);
            Assert.Equal(new BigInteger(decimal.Ceiling(m)), x.Ceiling().Unscaled);
        });

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "1.0E-4")]
    [InlineData(9999999.5, "9999999.5")]
    [InlineData(1e7, "1.0E7")]
    [InlineData(-1.234e-7, "-1.234E-7")]
    [InlineData(4.611686018427388E18, "4.611686018427388E18")]
    [InlineData(100, "100.0")]
    [InlineData(1.7976931348623157E308, "1.7976931348623157E308")]
    [InlineData(0.3, "0.3")]
    public void Double_is_spelled_as_java_spells_it(double value, string text) => Assert.Equal(text, JavaText.Of(value));
}
