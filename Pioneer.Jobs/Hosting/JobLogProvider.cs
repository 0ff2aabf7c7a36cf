using Hangfire.AspNetCore;
using Hangfire.Logging;

namespace Pioneer.Jobs.Hosting;

/// <summary>
/// Hangfire's log, which is one for the whole process: that of the host that started last, of several in one. Once that has ended the others' jobs
/// are made and run without Hangfire's words; its own provider fails them.
/// </summary>
internal sealed class JobLogProvider(ILoggerFactory loggers) : ILogProvider
{
    private readonly AspNetCoreLogProvider _inner = new(loggers);

    /// <inheritdoc/>
    public ILog GetLogger(string name)
    {
        try
        {
            return _inner.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return new Silence();
        }
    }

    private sealed class Silence : ILog
    {
        public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
    }
}
