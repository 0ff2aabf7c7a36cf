using Pioneer.Domain.Recovery;

namespace Pioneer.Jobs.Recovery;

/// <summary>How a connector fares, as it was seen last; for everybody who sees the connector: names no addresses <see cref="ForTenants"/>.</summary>
/// <param name="State">Kafka Connect's own word, <c>MISSING</c> where it has no such connector, <c>NOT_OBSERVED</c> where it was not asked or did not answer.</param>
/// <param name="SeenAt">When Kafka Connect was looked at last.</param>
/// <param name="RunningTasks">Tasks that say they run.</param>
/// <param name="Tasks">Tasks in all.</param>
/// <param name="SourceReachedAt">When the portal last signed in to the source; null when it has not since it started.</param>
/// <param name="LastRecordAt">When records were last seen to arrive in its topic, 15 s at most after they did; null when none were seen to.</param>
/// <param name="Trouble">What is not as it should be, in a few words; null when nothing was found.</param>
/// <param name="TroubleSince">Since when.</param>
public sealed record ConnectorHealth(
    string State, DateTimeOffset? SeenAt, int RunningTasks, int Tasks, DateTimeOffset? SourceReachedAt, DateTimeOffset? LastRecordAt, string? Trouble,
    DateTimeOffset? TroubleSince)
{
    /// <summary>Rows that were left out since the connector started; null where that is not observed, as of Kafka Connect's own workers.</summary>
    public SkippedRows? Skipped { get; init; }

    /// <summary>What it has done since it was started; null where that is not observed, as of Kafka Connect's own workers.</summary>
    public ConnectorProgress? Progress { get; init; }

    /// <summary>How far it has read, with when that was told; null where its worker tells it with its progress, and where it was not asked yet.</summary>
    public ToldPosition? Position { get; init; }

    /// <summary>How it stands to its table; null where nobody looked, as of batch feeds and of connectors that do not run.</summary>
    public TableLook? Table { get; init; }

    /// <summary>As a tenant may see it: without errors in the words of workers and databases, which may name addresses.</summary>
    public ConnectorHealth ForTenants() => this with
    {
        Progress = Progress is null ? null : Progress with { LastError = null },
        Table = Table is null ? null : Table with { NotSeen = null },
        Position = Position is null ? null : Position with { NotSeen = null },
    };

    /// <summary>The health of a connector that fills the topic of its own name.</summary>
    /// <param name="source">The name of its source.</param>
    public static ConnectorHealth Of(PlatformPicture picture, string connector, string source)
    {
        var look = picture.Look;
        var seen = look?.Connectors?.FirstOrDefault(candidate => candidate.Name == connector);
        var known = picture.Sources?.FirstOrDefault(candidate => candidate.Name == source);
        var trouble = picture.Findings.OrderBy(finding => finding.Scenario.IsAboutRows).FirstOrDefault(finding => finding.Subject == connector || finding.Subject == known?.Subject
            || finding.Scenario == Scenario.ConnectUnavailable || UnseenEvidence.IsPartition(finding.Subject, connector));
        return new ConnectorHealth(
            look?.Connectors is null ? "NOT_OBSERVED" : seen?.State ?? "MISSING",
            look?.Connectors is null ? null : look.At,
            seen?.Tasks.Count(task => task.State == "RUNNING") ?? 0,
            seen?.Tasks.Length ?? 0,
            known?.ReachedAt,
            picture.LastGood?.Topic(connector)?.Partitions.Max(partition => partition.GrewAt),
            trouble?.Title ?? (seen?.IsFailed == true ? $"Connector {connector} failed" : null),
            trouble?.Since)
        {
            Skipped = seen?.Skipped,
            Progress = seen?.Progress,
            Position = seen is { Progress: null } ? picture.Positions.GetValueOrDefault(connector) : null,
            Table = picture.Tables.FirstOrDefault(look => look.Connector == connector),
        };
    }
}
