using System.Text;
using System.Text.RegularExpressions;
using Pioneer.Ksql.Serialization;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ksql.Serialization;

/// <summary>A value is read as what it is or refused with its column, never as another one; and what can be read can be written.</summary>
public sealed class RowFormatTests
{
    [Theory]
    [InlineData("INTEGER", "3000000000")]
    [InlineData("INTEGER", "3000000000.0")]
    [InlineData("INTEGER", "\"n/a\"")]
    [InlineData("BIGINT", "1e30")]
    [InlineData("DOUBLE", "1e999")]
    [InlineData("DOUBLE", "\"12,5\"")]
    [InlineData("DECIMAL(6, 2)", "12.505")]
    [InlineData("DECIMAL(6, 2)", "12345.5")]
    [InlineData("DECIMAL(6, 2)", "\"12,50\"")]
    [InlineData("BOOLEAN", "\"true\"")]
    [InlineData("BOOLEAN", "0")]
    [InlineData("TIME", "86400000")]
    [InlineData("TIME", "-1")]
    [InlineData("BYTES", "\"***\"")]
    public void Json_value_that_is_none_of_its_column_is_refused_with_column_and_value(string type, string value)
    {
        var refused = Assert.Throws<FormatException>(() => Read(FormatSpec.Json, type, $"{{\"X\":{value}}}"));

        Assert.Equal($"X: {value} is no {type}", refused.Message);
    }

    [Theory]
    [InlineData("INTEGER", "7.0", 7)]
    [InlineData("INTEGER", "\"7\"", 7)]
    [InlineData("INTEGER", "-1.5", -1)]
    [InlineData("BIGINT", "9007199254740993", 9007199254740993L)]
    [InlineData("BIGINT", "9e18", 9_000_000_000_000_000_000L)]
    public void Json_value_is_read_as_it_is(string type, string value, object expected) => Assert.Equal(expected, Read(FormatSpec.Json, type, $"{{\"X\":{value}}}"));

    [Fact]
    public void Json_text_is_read_with_every_escape_and_half_surrogate_pairs_as_they_are() =>
        Assert.Equal("\"\\/\b\f\n\r\t\u00e4\udc00", Read(FormatSpec.Json, "STRING", """{"X":"\"\\\/\b\f\n\r\t\u00e4\udc00"}"""));

    [Theory]
    [InlineData(@"\ud83d")]
    [InlineData(@"a\udc00""\\\nb")]
    [InlineData(@"\ud83d\ude00 whole and half \ud83d")]
    public void Text_with_half_a_surrogate_pair_survives_json(string escaped)
    {
        // attributes are kept in UTF-8, which has no half pairs
        var text = Regex.Unescape(escaped);
        var format = RowFormat.For(FormatSpec.Json, [new Column("X", SqlType.String, ColumnRole.Value)]);

        Assert.Equal(text, format.Read(format.Write([text]))![0]);
    }

    [Fact]
    public void Formats_that_cannot_carry_half_a_surrogate_pair_or_bytes_that_are_no_text_refuse_them()
    {
        foreach (var spec in new[] { FormatSpec.KafkaKey, new FormatSpec(FormatKind.Delimited) })
        {
            var format = RowFormat.For(spec, [new Column("X", SqlType.String, ColumnRole.Value)]);
            Assert.Throws<FormatException>(() => format.Write(["\ud83d"]));
            Assert.Throws<FormatException>(() => format.Read([0xff]));
        }
    }

    [Theory]
    [InlineData("BOOLEAN", "n/a")]
    [InlineData("INTEGER", "99999999999")]
    [InlineData("DECIMAL(6, 2)", "12.505")]
    public void Delimited_value_that_is_none_of_its_column_is_refused_with_its_column(string type, string value) =>
        Assert.StartsWith("X: ", Assert.Throws<FormatException>(() => Read(new FormatSpec(FormatKind.Delimited), type, value)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("TIMESTAMP", 253402300799999L, "\"9999-12-31T23:59:59.999\"")]
    [InlineData("TIMESTAMP", 253402300800000L, "253402300800000")]
    [InlineData("TIMESTAMP", long.MinValue, "-9223372036854775808")]
    [InlineData("DATE", 2932897, "2932897")]
    [InlineData("DATE", -719162, "\"0001-01-01\"")]
    [InlineData("TIME", 86400000, "86400000")]
    public void Time_that_has_no_text_is_shown_as_its_number(string type, object value, string shown) => Assert.Equal(shown, JsonText.Write(value, TypeOf(type)));

    private static object? Read(FormatSpec spec, string type, string value) =>
        RowFormat.For(spec, [new Column("X", TypeOf(type), ColumnRole.Value)]).Read(Encoding.UTF8.GetBytes(value))![0];

    private static SqlType TypeOf(string type) => type switch
    {
        "INTEGER" => SqlType.Integer,
        "BIGINT" => SqlType.Bigint,
        "DOUBLE" => SqlType.Double,
        "BOOLEAN" => SqlType.Boolean,
        "BYTES" => SqlType.Bytes,
        "DATE" => SqlType.Date,
        "TIME" => SqlType.Time,
        "TIMESTAMP" => SqlType.Timestamp,
        "STRING" => SqlType.String,
        _ => new SqlDecimal(6, 2),
    };
}
