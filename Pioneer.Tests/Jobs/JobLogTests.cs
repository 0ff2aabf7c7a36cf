using Microsoft.Extensions.Logging;
using Pioneer.Jobs.Hosting;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>Hangfire has one log a process, and asks for loggers whenever it likes.</summary>
public sealed class JobLogTests
{
    [Fact]
    public void Log_of_a_host_that_has_ended_is_silent_and_fails_nobody()
    {
        var loggers = LoggerFactory.Create(_ => { });
        var provider = new JobLogProvider(loggers);
        Assert.NotNull(provider.GetLogger("before"));

        loggers.Dispose();

        Assert.False(provider.GetLogger("after").Log(Hangfire.Logging.LogLevel.Fatal, () => "heard by nobody"));
    }
}
