using Pioneer.Domain;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PluralTests
{
    [Theory]
    [InlineData(0, "record", "0 records")]
    [InlineData(1, "record", "1 record")]
    [InlineData(2000, "record", "2,000 records")]
    [InlineData(1, "query", "1 query")]
    [InlineData(2, "query", "2 queries")]
    [InlineData(2, "key", "2 keys")]
    public void Of_names_one_thing_in_the_singular_and_any_other_number_in_the_plural(long count, string one, string expected) =>
        Assert.Equal(expected, Plural.Of(count, one));

    [Fact]
    public void Of_takes_the_plural_it_is_given() => Assert.Equal("3 feeds stop", Plural.Of(3, "feed stops", "feeds stop"));
}
