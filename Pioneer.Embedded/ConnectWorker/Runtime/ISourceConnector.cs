using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Data;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>A connector class: what it needs to know and how its work is split into tasks.</summary>
internal interface ISourceConnector
{
    string ClassName { get; }

    /// <summary>Class of its tasks, which each task's configuration names.</summary>
    string TaskClassName { get; }

    string Version { get; }

    ConfigDef Definition { get; }

    /// <summary>Checks what keys alone cannot tell; errors by key. Does not touch the source.</summary>
    IReadOnlyList<ConnectConfigException> Validate(IReadOnlyDictionary<string, string> config);

    /// <summary>Tries the source; errors by key. Empty where it answers.</summary>
    Task<IReadOnlyList<ConnectConfigException>> ProbeAsync(IReadOnlyDictionary<string, string> config, CancellationToken cancellationToken);

    IReadOnlyList<IReadOnlyDictionary<string, string>> TaskConfigs(IReadOnlyDictionary<string, string> config, int maxTasks);

    ISourceTask CreateTask(IReadOnlyDictionary<string, string> taskConfig);
}

/// <summary>Reads a part of a source. Used by one runner, never concurrently.</summary>
internal interface ISourceTask : IAsyncDisposable
{
    /// <summary>Connects and goes to the stored offsets: <paramref name="storedOffset"/> gives the offset JSON of a partition, or null.</summary>
    Task StartAsync(Func<string, string?> storedOffset, CancellationToken cancellationToken);

    Task<SourceBatch> PollAsync(CancellationToken cancellationToken);

    /// <summary>Whether an error passes by itself, so that the runner tries again from the last committed offset.</summary>
    bool IsTransient(Exception error);
}

/// <summary>What a poll gave.</summary>
/// <param name="Records">Records in source order.</param>
/// <param name="Pause">How long nothing more is expected; zero asks to be polled at once.</param>
/// <param name="CycleCompleted">Set when a whole bulk read ends with these records.</param>
/// <param name="ReadUpTo">How far the source was read with these records, known ones included: no place to go on from. Null where the source was not asked.</param>
internal sealed record SourceBatch(IReadOnlyList<SourceRecord> Records, TimeSpan Pause, BulkCycle? CycleCompleted = null, SourcePosition? ReadUpTo = null);

/// <summary>One complete read of a table or query in bulk mode.</summary>
internal sealed record BulkCycle(string Of, long Rows, TimeSpan Took);
