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
    public void Record_key_has_one_text_however_it_is_written(string json, string? text) => Assert.Equal(text, KeyText.OfRecord(Encoding.UTF8.GetBytes(json)));

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
