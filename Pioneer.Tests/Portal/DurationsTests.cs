using Pioneer.Domain;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class DurationsTests
{
    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(41, "41 s")]
    [InlineData(124, "2 min 4 s")]
    [InlineData(18720, "5 h 12 min")]
    [InlineData(187200, "2 d 4 h")]
    [InlineData(604800, "7 d")]
    public void Words_have_at_most_two_units(double seconds, string expected) => Assert.Equal(expected, Durations.Words(TimeSpan.FromSeconds(seconds)));
}
