using Pioneer.Portal.Features.Activity;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class ActivityCsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@sum", "'@sum")]
    [InlineData(null, "")]
    public void Quote_keeps_fields_apart_and_formulas_harmless(string? field, string expected) => Assert.Equal(expected, AuditViews.Quote(field));
}
