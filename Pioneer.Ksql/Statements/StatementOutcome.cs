using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Ksql.Statements;

/// <summary>A topic that a statement needs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many, if WITH says so.</param>
/// <param name="Replicas">How many, if WITH says so.</param>
/// <param name="Config">Settings for a new topic.</param>
/// <param name="LikeTopic">The topic that the rest is taken from.</param>
public sealed record TopicNeed(
    string Name, int? Partitions, short? Replicas, ImmutableDictionary<string, string> Config, string? LikeTopic);

/// <summary>A row that INSERT VALUES writes.</summary>
/// <param name="Target">Where.</param>
/// <param name="Cells">The cells of the target's columns, in order.</param>
/// <param name="TimestampMs">The record's time; null for the clock's.</param>
public sealed record InsertedRow(Relation Target, ImmutableArray<object?> Cells, long? TimestampMs);

/// <summary>What a statement does, or why it is refused.</summary>
public sealed record StatementOutcome
{
    /// <summary>Everything that there is after it.</summary>
    public required Metastore After { get; init; }

    /// <summary>Why it is refused; <see cref="After"/> is what was before then.</summary>
    public StatementError? Error { get; init; }

    /// <summary>One sentence on success, as ksqlDB answers it.</summary>
    public string Message { get; init; } = "";

    /// <summary>The query it makes.</summary>
    public PersistentQuery? Query { get; init; }

    /// <summary>The ids of queries that it ends.</summary>
    public ImmutableArray<string> Ended { get; init; } = [];

    /// <summary>The topic it needs.</summary>
    public TopicNeed? Topic { get; init; }

    /// <summary>A topic to be deleted.</summary>
    public string? DeleteTopic { get; init; }

    /// <summary>A row to be written.</summary>
    public InsertedRow? Row { get; init; }
}
