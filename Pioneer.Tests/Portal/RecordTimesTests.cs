using System.Collections.Immutable;
using Pioneer.Domain.Subscriptions;
using Pioneer.Portal.Features.Subscriptions;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>Times of a record, which are numbers in it, for people.</summary>
public sealed class RecordTimesTests
{
    private static readonly ImmutableArray<ResultColumn> Columns =
        [new("ID", "BIGINT", true), new("AT", "TIMESTAMP", false), new("DAY", "DATE", false), new("CLOCK", "TIME", false)];

    [Theory]
    [InlineData("""{"AT":1700000000000,"DAY":19675,"CLOCK":3723004}""", "AT 2023-11-14 22:13:20.000 UTC|DAY 2023-11-14|CLOCK 01:02:03.0040000")]
    [InlineData("""{"AT":null,"OTHER":1}""", "")]
    [InlineData("""{"AT":9000000000000000,"DAY":99999999999}""", "")]
    [InlineData("""{"AT":"2023"}""", "")]
    [InlineData("[1]", "")]
    [InlineData("no json", "")]
    [InlineData(null, "")]
    public void Times_are_read_by_the_columns_types(string? value, string times) =>
        Assert.Equal(times, string.Join('|', RecordTimes.Of(value, Columns).Select(time => $"{time.Name} {time.Text}")));
}
