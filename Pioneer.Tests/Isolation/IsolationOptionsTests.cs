using Pioneer.Jobs.Isolation;
using Xunit;

namespace Pioneer.Tests.Isolation;

public sealed class IsolationOptionsTests
{
    private readonly IsolationOptionsValidator _validator = new(TimeProvider.System);

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_key()
    {
        var refused = _validator.Validate(null, new IsolationOptions { CheckCron = "0 0 30 2 *", KeepDays = 0, MaxMinutes = 0 });

        Assert.Contains("Isolation:CheckCron '0 0 30 2 *' never comes", refused.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Isolation:MaxMinutes 0 is out of range", refused.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Isolation:KeepDays 0 is out of range", refused.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("Isolation:CheckCron 'daily' is no cron expression", _validator.Validate(null, new IsolationOptions { CheckCron = "daily" }).FailureMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20 3 * * *")]
    public void Schedule_may_be_left_out(string cron) => Assert.True(_validator.Validate(null, new IsolationOptions { CheckCron = cron }).Succeeded);
}
