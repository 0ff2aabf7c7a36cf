using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Creates or deletes a topic.</summary>
public sealed record TopicChange(ChangeKind Kind, ChangeRisk Risk, TopicSpec Topic) : Change(Kind, Risk)
{
    public override string ResourceType => "topic";

    public override string Resource => Topic.Name;

    public override string? Before => Kind is ChangeKind.Delete ? ChangeText.Topic(Topic) : null;

    public override string? After => Kind is ChangeKind.Create ? ChangeText.Topic(Topic) : null;

    public override ChangeCost Cost => Kind is ChangeKind.Create
        ? new(1, Topic.Partitions, Replicas: Topic.Partitions * Topic.ReplicationFactor)
        : new(-1, -Topic.Partitions, Replicas: -Topic.Partitions * Topic.ReplicationFactor);

    /// <summary>Whoever asks for the inverse asks for the deletion.</summary>
    public override Change? Inverse =>
        Kind is ChangeKind.Create ? new TopicChange(ChangeKind.Delete, ChangeRisk.DestroysData, Topic) { IsAskedFor = true } : null;
}

/// <summary>Sets the configs of a topic that differ; others are left as they are. Its risk is that of the worst of them.</summary>
public sealed record TopicConfigChange(
    string Topic, ImmutableSortedDictionary<string, string?> Current, ImmutableSortedDictionary<string, string?> Wanted)
    : Change(ChangeKind.Update, Wanted.Select(pair => ConfigRisk.Of(pair.Key, Current.GetValueOrDefault(pair.Key), pair.Value)).DefaultIfEmpty().Max())
{
    public override string ResourceType => "topic-config";

    public override string Resource => Topic;

    public override string? Before => ChangeText.MapWithDefaults(Current);

    public override string? After => ChangeText.MapWithDefaults(Wanted);

    /// <summary>A null value goes back to the broker's default.</summary>
    public override Change Inverse => new TopicConfigChange(Topic, Wanted, Current);

    public bool Equals(TopicConfigChange? other) =>
        other is not null && Topic == other.Topic && Current.SequenceEqual(other.Current) && Wanted.SequenceEqual(other.Wanted);

    public override int GetHashCode() => HashCode.Combine(Topic, Current.Count, Wanted.Count);
}

/// <summary>Adds partitions. Keys move between partitions, so per-key order is not held across the change; there is no way back.</summary>
public sealed record PartitionChange(string Topic, int Current, int Wanted) : Change(ChangeKind.Update, ChangeRisk.InterruptsDelivery)
{
    public override string ResourceType => "partitions";

    public override string Resource => Topic;

    public override string? Before => $"{Current} partitions";

    public override string? After => $"{Wanted} partitions";

    public override ChangeCost Cost => new(Partitions: Wanted - Current);
}

/// <summary>
/// Adds replicas to a topic's partitions until each has as many as wanted (KIP-455); replicas that are there stay, so leaders do not move. The
/// brokers copy in the background. There is no change that takes replicas away.
/// </summary>
public sealed record ReplicationChange(string Topic, short Current, short Wanted, int Partitions) : Change(ChangeKind.Update, ChangeRisk.Safe)
{
    public override string ResourceType => "replication";

    public override string Resource => Topic;

    public override string? Before => Plural.Of(Current, "replica");

    public override string? After => Plural.Of(Wanted, "replica");

    public override ChangeCost Cost => new(Replicas: Partitions * (Wanted - Current));
}

/// <summary>Gives or takes one right.</summary>
public sealed record AclChange(ChangeKind Kind, ChangeRisk Risk, AclRule Rule) : Change(Kind, Risk)
{
    public override string ResourceType => "acl";

    public override string Resource => Rule.ToString();

    public override string? Before => Kind is ChangeKind.Delete ? Rule.ToString() : null;

    public override string? After => Kind is ChangeKind.Create ? Rule.ToString() : null;

    public override Change Inverse => Kind is ChangeKind.Create
        ? new AclChange(ChangeKind.Delete, ChangeRisk.RemovesRights, Rule) { IsAskedFor = true }
        : new AclChange(ChangeKind.Create, ChangeRisk.Safe, Rule);
}

/// <summary>Creates or removes a SCRAM user. The password is resolved from the named secret at the moment of use.</summary>
public sealed record ScramUserChange(ChangeKind Kind, ChangeRisk Risk, ScramUserSpec User) : Change(Kind, Risk)
{
    public override string ResourceType => "scram-user";

    public override string Resource => User.User;

    public override string? Before => Kind is ChangeKind.Delete ? User.Mechanism : null;

    public override string? After => Kind is ChangeKind.Create ? $"{User.Mechanism}, {User.Iterations} iterations" : null;

    public override Change? Inverse =>
        Kind is ChangeKind.Create ? new ScramUserChange(ChangeKind.Delete, ChangeRisk.RemovesRights, User) { IsAskedFor = true } : null;
}

/// <summary>Hosts or removes a ksqlDB service, or gives it another principal.</summary>
public sealed record KsqlServiceChange(ChangeKind Kind, ChangeRisk Risk, KsqlServiceSpec Service, KsqlServiceSpec? Current) : Change(Kind, Risk)
{
    public override string ResourceType => "ksql-service";

    public override string Resource => Service.ServiceId;

    public override string? Before => Current is null ? null : $"as {Current.Principal}";

    public override string? After => Kind is ChangeKind.Delete ? null : $"as {Service.Principal}";
}

/// <summary>
/// Declares a stream, adds columns to it, replaces it (DROP without its topic, then CREATE), or drops it. Its topic is never touched.
/// </summary>
public sealed record KsqlStreamChange(ChangeKind Kind, ChangeRisk Risk, KsqlStreamSpec Stream, KsqlStreamSpec? Current) : Change(Kind, Risk)
{
    public override string ResourceType => "ksql-stream";

    public override string Resource => $"{Stream.ServiceId}/{Stream.Name}";

    public override string? Before => Current is null ? null : ChangeText.Columns(Current);

    public override string? After => Kind is ChangeKind.Delete ? null : ChangeText.Columns(Stream);

    /// <summary>Columns that <c>ALTER STREAM ... ADD COLUMN</c> brings; empty where the stream has to be replaced.</summary>
    public ImmutableArray<KsqlColumnSpec> AddedColumns => Current is not null && IsExtension(Current, Stream)
        ? [.. Stream.Columns.Skip(Current.Columns.Length)]
        : [];

    /// <summary>The stream has to be dropped and declared again.</summary>
    public bool Replaces => Kind is ChangeKind.Update && AddedColumns.IsEmpty;

    public static bool IsExtension(KsqlStreamSpec current, KsqlStreamSpec wanted) =>
        current.Topic == wanted.Topic && wanted.Columns.Length > current.Columns.Length
        && wanted.Columns.Take(current.Columns.Length).SequenceEqual(current.Columns)
        && wanted.Columns.Skip(current.Columns.Length).All(column => !column.IsKey);
}

/// <summary>What to do with a persistent query.</summary>
public enum QueryAction
{
    /// <summary>
    /// Where the query's group has no committed offsets, take those of the first of <see cref="KsqlQuerySpec.Predecessors"/> that has some;
    /// then run <see cref="KsqlQuerySpec.Sql"/>.
    /// </summary>
    Start,

    /// <summary>
    /// With <see cref="KsqlQueryChange.HandsOverTo"/>: pause, carry the committed offsets to that query's group (ksqlDB deletes the group of a
    /// terminated query), then terminate. Without: just terminate.
    /// </summary>
    Terminate,

    Pause,
    Resume,
}

/// <summary>Starts, terminates, pauses or resumes a persistent query.</summary>
public sealed record KsqlQueryChange(QueryAction Action, ChangeRisk Risk, string ServiceId, string QueryId, KsqlQuerySpec? Query)
    : Change(KindOf(Action), Risk)
{
    /// <summary>The query that goes on where this one ends.</summary>
    public string? HandsOverTo { get; init; }

    /// <summary>The query that takes this one's place in its delivery topic, from the same source or another; null where none does.</summary>
    public KsqlQuerySpec? Successor { get; init; }

    /// <summary>Streams that the query was found to read and write; none of one that is not there.</summary>
    public ImmutableArray<string> Touches { get; init; } = [];

    public bool Equals(KsqlQueryChange? other) => other is not null && base.Equals(other) && Action == other.Action && ServiceId == other.ServiceId
        && QueryId == other.QueryId && Query == other.Query && HandsOverTo == other.HandsOverTo && Successor == other.Successor && Touches.SequenceEqual(other.Touches);

    public override int GetHashCode() => HashCode.Combine(Action, ServiceId, QueryId);

    public override string ResourceType => "ksql-query";

    public override string Resource => $"{ServiceId}/{QueryId}";

    public override string? Before => Action switch
    {
        QueryAction.Start => null,
        QueryAction.Resume => "paused",
        _ => "running",
    };

    public override string? After => Action switch
    {
        QueryAction.Start => Query?.Sql,
        QueryAction.Terminate => null,
        QueryAction.Pause => "paused",
        _ => "running",
    };

    public override ChangeCost Cost => Action switch
    {
        QueryAction.Start => new(Queries: 1),
        QueryAction.Terminate => new(Queries: -1),
        _ => ChangeCost.None,
    };

    public override Change? Inverse => Action switch
    {
        QueryAction.Start => this with { Action = QueryAction.Terminate, Kind = ChangeKind.Delete, Risk = ChangeRisk.InterruptsDelivery },
        QueryAction.Pause => this with { Action = QueryAction.Resume, Risk = ChangeRisk.Safe },
        QueryAction.Resume => this with { Action = QueryAction.Pause, Risk = ChangeRisk.InterruptsDelivery },
        _ => null,
    };

    private static ChangeKind KindOf(QueryAction action) => action switch
    {
        QueryAction.Start => ChangeKind.Create,
        QueryAction.Terminate => ChangeKind.Delete,
        _ => ChangeKind.Update,
    };
}

/// <summary>Creates, reconfigures, pauses, resumes or deletes a connector. Update: PUT the config if it differs, then pause or resume.</summary>
public sealed record ConnectorChange(ChangeKind Kind, ChangeRisk Risk, ConnectorSpec Connector, ObservedConnector? Current) : Change(Kind, Risk)
{
    public override string ResourceType => ConnectorDetails.ResourceType;

    public override string Resource => Connector.Name;

    public override string? Before => Current is null ? null : ChangeText.Connector(Current.Config, Current.State is ObservedRunState.Paused);

    public override string? After => Kind is ChangeKind.Delete ? null : ChangeText.Connector(Connector.Config, Connector.Paused);

    public override ChangeCost Cost => Kind switch
    {
        ChangeKind.Create => new(Connectors: 1, Tasks: 1),
        ChangeKind.Delete => new(Connectors: -1, Tasks: -1),
        _ => ChangeCost.None,
    };

    public override Change? Inverse =>
        Kind is ChangeKind.Create ? new ConnectorChange(ChangeKind.Delete, ChangeRisk.InterruptsDelivery, Connector, null) : null;
}
