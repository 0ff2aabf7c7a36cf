using System.Text;
using Pioneer.Jobs.Ingestion;
using Pioneer.Ksql.Types;
using Xunit;

namespace Pioneer.Tests.Ingestion;

/// <summary>Keys of tables and of records in one form.</summary>
public sealed class KeyTextTests
{
    [Theory]
    [InlineData("\"Z\\u00fcrich \\u0001\"", "\"Zürich \u0001\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("12", "12")]
    [InlineData("12.50", "12.5")]
    [InlineData("1.2E+3", "1200")]
    [InlineData("-0.10", "-0.1")]
    [InlineData("true", "true")]
    [InlineData("{\"A\":1}", null)]
    [InlineData("not json", null)]
    [InlineData("", null)]
    public void Record_key_has_one_text_however_it_is_written(string json, string? text) => Assert.Equal(text, KeyText.OfRecord(Encoding.UTF8.GetBytes(json), ["ID"]));

    [Theory]
    [InlineData("{\"DESK\":\"EQ\",\"NO\":10.0}", "EQ", 10L)]
    [InlineData("{ \"NO\": 1e1, \"DESK\": \"E\\u0051\" }", "EQ", 10L)]
    [InlineData("{\"DESK\":null,\"NO\":10}", null, 10L)]
    [InlineData("{\"DESK\":null,\"NO\":null}", null, null)]
    [InlineData("{\"DESK\":\"null\",\"NO\":10}", "null", 10L)]
    public void Key_of_several_columns_has_the_text_of_its_row(string json, string? desk, long? number) =>
        Assert.Equal(KeyText.OfValues([desk, number]), KeyText.OfRecord(Encoding.UTF8.GetBytes(json), ["DESK", "NO"]));

    [Theory]
    [InlineData("{\"DESK\":\"EQ\"}")]
    [InlineData("{\"DESK\":\"EQ\",\"OTHER\":10}")]
    [InlineData("{\"DESK\":\"EQ\",\"NO\":10,\"MORE\":1}")]
    [InlineData("{\"DESK\":\"EQ\",\"NO\":{\"A\":1}}")]
    [InlineData("\"EQ\"")]
    [InlineData("[\"EQ\",10]")]
    [InlineData("{\"DESK\":\"EQ\",\"NO\":10")]
    public void Key_of_another_shape_is_compared_with_nothing(string json) => Assert.Null(KeyText.OfRecord(Encoding.UTF8.GetBytes(json), ["DESK", "NO"]));

    [Fact]
    public void Keys_of_several_columns_are_alike_only_where_each_column_is()
    {
        Assert.NotEqual(KeyText.OfValues([1L, 23L]), KeyText.OfValues([12L, 3L]));
        Assert.NotEqual(KeyText.OfValues(["a", "b\"3:\"c"]), KeyText.OfValues(["a\"3:\"b", "c"]));
        Assert.NotEqual(KeyText.OfValues([null, 1L]), KeyText.OfValues(["null", 1L]));
        Assert.Null(KeyText.OfValues([null]));
    }

    [Fact]
    public void Value_of_a_table_has_the_text_of_its_record()
    {
        Assert.Equal("\"Zürich \u0001\"", KeyText.OfValue("Zürich \u0001"));
        Assert.Equal("12", KeyText.OfValue((short)12));
        Assert.Equal("12.5", KeyText.OfValue(BigDecimal.Parse("12.500")));
        Assert.Equal("100", KeyText.OfValue(BigDecimal.Parse("1E+2")));
        Assert.NotEqual(KeyText.OfValue("12"), KeyText.OfValue(12L));
    }
}
