using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>A topic as it is wanted or was found. Wanted configs are the ones we care about; found ones may be more.</summary>
/// <param name="ReplicationFactor">Of what was found: the replicas of the partition that has fewest.</param>
public sealed record TopicSpec(string Name, int Partitions, short ReplicationFactor, ImmutableSortedDictionary<string, string> Configs)
{
    /// <summary>Replicas in sync of the partition that has fewest, as it was found; null where nobody looked. Passes by itself, so it is no part of equality.</summary>
    public short? FewestInSync { get; init; }

    public bool Equals(TopicSpec? other) =>
        other is not null && Name == other.Name && Partitions == other.Partitions && ReplicationFactor == other.ReplicationFactor
        && Configs.SequenceEqual(other.Configs);

    public override int GetHashCode() => HashCode.Combine(Name, Partitions, ReplicationFactor, Configs.Count);
}

/// <summary>A SCRAM user.</summary>
/// <param name="Mechanism"><c>SCRAM-SHA-512</c> or <c>SCRAM-SHA-256</c>.</param>
/// <param name="SecretName">The protected password that the applier sets; null where it is no longer kept (then it cannot be made again).</param>
public sealed record ScramUserSpec(string User, string Mechanism, int Iterations, string? SecretName);

/// <summary>A ksqlDB service and the principal that it signs in to Kafka with; in observed state an empty principal is one nobody can tell.</summary>
/// <param name="SecretName">The protected password of <paramref name="Principal"/>; null in observed state.</param>
public sealed record KsqlServiceSpec(string ServiceId, string Principal, string? SecretName);

/// <summary>A stream declared over a topic.</summary>
public sealed record KsqlStreamSpec(string ServiceId, string Name, string Topic, ImmutableArray<KsqlColumnSpec> Columns)
{
    public bool Equals(KsqlStreamSpec? other) =>
        other is not null && ServiceId == other.ServiceId && Name == other.Name && Topic == other.Topic && Columns.SequenceEqual(other.Columns);

    public override int GetHashCode() => HashCode.Combine(ServiceId, Name, Topic, Columns.Length);
}

/// <summary>A column of a declared stream; the type as ksqlDB prints it.</summary>
public sealed record KsqlColumnSpec(string Name, string Type, bool IsKey);

/// <summary>What a persistent query is wanted to do.</summary>
public enum QueryIntent
{
    Running,
    Paused,

    /// <summary>A seed run owns it: the planner neither makes nor changes nor removes it.</summary>
    Held,
}

/// <summary>A subscription's live query.</summary>
/// <param name="Sql">The whole <c>INSERT INTO ... WITH (QUERY_ID='...') SELECT ...</c>.</param>
/// <param name="Predecessors">
/// Query ids of older versions, newest first, whose committed offsets this one goes on from; empty starts at the end of the source, or where a
/// seed run put the group.
/// </param>
public sealed record KsqlQuerySpec(
    string ServiceId, string QueryId, string Sql, string Source, string Sink, QueryIntent Intent, ImmutableArray<string> Predecessors)
{
    /// <summary>One of the predecessors was deployed, so that it had a place: where none is found, the source was made anew since.</summary>
    public bool HasRun { get; init; }

    public bool Equals(KsqlQuerySpec? other) =>
        other is not null && ServiceId == other.ServiceId && QueryId == other.QueryId && Sql == other.Sql && Source == other.Source
        && Sink == other.Sink && Intent == other.Intent && Predecessors.SequenceEqual(other.Predecessors);

    public override int GetHashCode() => HashCode.Combine(ServiceId, QueryId, Intent);
}

/// <summary>A persistent query as ksqlDB reports it.</summary>
public sealed record ObservedQuery(string ServiceId, string QueryId, ImmutableArray<string> Sources, ImmutableArray<string> Sinks, ObservedRunState State)
{
    public bool Equals(ObservedQuery? other) =>
        other is not null && ServiceId == other.ServiceId && QueryId == other.QueryId && State == other.State
        && Sources.SequenceEqual(other.Sources) && Sinks.SequenceEqual(other.Sinks);

    public override int GetHashCode() => HashCode.Combine(ServiceId, QueryId, State);

    public bool Touches(string streamName) => Sources.Contains(streamName) || Sinks.Contains(streamName);
}

/// <summary>
/// A connector with its whole configuration. Secrets stand as <c>${secret:name}</c>; in observed state <see cref="Hidden"/> or
/// <see cref="NotReferred"/> may stand in their place. The secret itself is in neither.
/// </summary>
public sealed record ConnectorSpec(string Name, ImmutableSortedDictionary<string, string> Config, bool Paused)
{
    /// <summary>Observed: nobody may tell what the password is. It is not compared; <see cref="SecretGenerationKey"/> tells whether it changed.</summary>
    public const string Hidden = "***";

    /// <summary>Observed: a password in clear, or a reference of another form than is configured now.</summary>
    public const string NotReferred = "(in clear, or by another reference)";

    /// <summary>Keys whose values are secrets.</summary>
    public static readonly ImmutableHashSet<string> SecretKeys = ["connection.password"];

    public const string SecretGenerationKey = "pioneer.secret.generation";

    /// <summary>A value as it may be shown.</summary>
    public static string Shown(string key, string value) =>
        SecretKeys.Contains(key) && value is not NotReferred ? Hidden : value;

    public bool Equals(ConnectorSpec? other) =>
        other is not null && Name == other.Name && Paused == other.Paused && Config.SequenceEqual(other.Config);

    public override int GetHashCode() => HashCode.Combine(Name, Paused, Config.Count);
}

/// <summary>A connector as Connect reports it.</summary>
public sealed record ObservedConnector(string Name, ImmutableSortedDictionary<string, string> Config, ObservedRunState State)
{
    public bool Equals(ObservedConnector? other) =>
        other is not null && Name == other.Name && State == other.State && Config.SequenceEqual(other.Config);

    public override int GetHashCode() => HashCode.Combine(Name, State, Config.Count);
}

/// <summary>Running, paused, or broken: broken is for recovery to mend, not for the planner.</summary>
public enum ObservedRunState
{
    Running,
    Paused,
    Failed,
}
