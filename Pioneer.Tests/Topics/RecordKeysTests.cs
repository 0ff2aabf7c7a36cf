using System.Text;
using Confluent.Kafka;
using Pioneer.Jobs.Topics;
using Xunit;

namespace Pioneer.Tests.Topics;

/// <summary>Which keys a search finds.</summary>
public sealed class RecordKeysTests
{
    [Theory]
    [InlineData("TR01", "TR01", true)]
    [InlineData("\"TR01\"", "TR01", true)]
    [InlineData("{ \"a\": 1 }", "{\"a\":1}", true)]
    [InlineData("\"\\ud800\"", "TR01", false)]
    [InlineData("\"TR02\"", "TR01", false)]
    public void Key_fits_the_text_in_any_form_and_an_odd_one_fits_nothing(string key, string wanted, bool fits) =>
        Assert.Equal(fits, RecordKeys.Fits(wanted)(Read(Encoding.UTF8.GetBytes(key))));

    [Fact]
    public void Quoted_bytes_that_are_no_text_fit_nothing() => Assert.False(RecordKeys.Fits("TR01")(Read([(byte)'"', 0xff, (byte)'"'])));

    private static ConsumeResult<byte[]?, byte[]?> Read(byte[] key) => new() { Message = new Message<byte[]?, byte[]?> { Key = key } };
}
