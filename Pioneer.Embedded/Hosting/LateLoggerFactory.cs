using System.Collections.Concurrent;

namespace Pioneer.Embedded;

/// <summary>
/// Loggers for parts that start before their host has built its own: until <see cref="Attach"/> lines are kept (the first thousand), then
/// they are handed over and later ones go straight through.
/// </summary>
internal sealed class LateLoggerFactory : ILoggerFactory
{
    private const int MaxKept = 1_000;

    private readonly ConcurrentQueue<Action<ILoggerFactory>> _kept = new();
    private volatile ILoggerFactory? _inner;

    public void Attach(ILoggerFactory inner)
    {
        while (_kept.TryDequeue(out var write))
        {
            write(inner);
        }

        _inner = inner;
    }

    public ILogger CreateLogger(string categoryName) => new LateLogger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new InvalidOperationException("Providers belong to the host's factory");

    public void Dispose()
    {
        // The host's factory is the host's to dispose.
    }

    private sealed class LateLogger(LateLoggerFactory owner, string category) : ILogger
    {
        private ILogger? _inner;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Inner()?.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => Inner()?.IsEnabled(logLevel) ?? logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Inner() is { } inner)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
            else if (IsEnabled(logLevel) && owner._kept.Count < MaxKept)
            {
                owner._kept.Enqueue(factory => factory.CreateLogger(category).Log(logLevel, eventId, state, exception, formatter));
            }
        }

        private ILogger? Inner() => _inner ??= owner._inner?.CreateLogger(category);
    }
}
