using Pioneer.Jobs.Delivery;
using Xunit;

namespace Pioneer.Tests.Jobs;

public sealed class OffsetVectorTests
{
    [Fact]
    public void Vector_reads_back_what_it_writes()
    {
        var vector = OffsetVector.Empty.After(1, 41).After(0, 6).After(1, 42);

        Assert.Equal("0:7,1:43", vector.ToString());
        Assert.True(OffsetVector.TryParse("0:7,1:43", out var parsed));
        Assert.Equal(vector, parsed);
    }

    [Fact]
    public void Vector_names_its_topic_in_letters_that_an_address_can_hold()
    {
        var vector = new OffsetVector(OffsetVector.Empty.After(0, 6).Next, "a+b/cdefghijklmnopqrst").After(1, 1);

        Assert.Equal("0:7,1:2@a-b_cdefghijklmnopqrst", vector.ToString());
        Assert.True(OffsetVector.TryParse(vector.ToString(), out var parsed));
        Assert.Equal(vector, parsed);
        Assert.True(parsed.IsOf("a+b/cdefghijklmnopqrst"));
        Assert.False(parsed.IsOf("b+b/cdefghijklmnopqrst"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0:")]
    [InlineData("0:-1")]
    [InlineData("a:1")]
    [InlineData("0:1,")]
    [InlineData("0:99999999999999999999")]
    [InlineData("0:1@")]
    [InlineData("0:1@short")]
    [InlineData("0:1@a+b/cdefghijklmnopqrst")]
    [InlineData("@a-b_cdefghijklmnopqrst")]
    public void Vector_is_refused_when_it_is_not_one_of_ours(string? text) => Assert.False(OffsetVector.TryParse(text, out _));

    [Fact]
    public void Start_is_recognised_from_what_a_caller_says()
    {
        Assert.Same(DeliveryStart.Latest, DeliveryStart.Parse(null));
        Assert.Same(DeliveryStart.Earliest, DeliveryStart.Parse("earliest"));
        Assert.NotNull(DeliveryStart.Parse("0:1"));
        Assert.Null(DeliveryStart.Parse("yesterday"));
    }
}
