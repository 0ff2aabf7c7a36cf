using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pioneer.Domain.Recovery;

/// <summary>The brokers' part of a round.</summary>
/// <param name="Brokers">Brokers that answer for partitions now.</param>
public sealed record ClusterEvidence(string ClusterId, int Brokers, ImmutableArray<TopicEvidence> Topics, ImmutableArray<GroupEvidence> Groups)
{
    /// <summary>What was asked for and did not answer, while the rest did: a partition without a leader, a group without a coordinator.</summary>
    public ImmutableArray<UnseenEvidence> Unseen { get; init; } = [];

    /// <summary>Ids of brokers that should hold replicas of the topics and are gone.</summary>
    public ImmutableArray<int> LostBrokers { get; init; } = [];

    /// <summary>The topic's evidence; null when the cluster does not have it.</summary>
    public TopicEvidence? Topic(string name) => ClusterIndex.Of(this).Topic(name);

    /// <summary>The partition's evidence; null when it was not seen.</summary>
    public PartitionEvidence? Partition(string topic, int partition) => ClusterIndex.Of(this).Partition(topic, partition);

    /// <summary>The group's evidence; null when the cluster does not have it.</summary>
    public GroupEvidence? Group(string name) => ClusterIndex.Of(this).Group(name);

    /// <summary>Where the group stands in the topic; none where it has no position there, or was not seen.</summary>
    public ImmutableArray<CommittedEvidence> PlacesOf(string group, string topic) => ClusterIndex.Of(this).PlacesOf(group, topic);

    /// <summary>Where the group stands in the partition; null where it has no position there, or was not seen.</summary>
    public CommittedEvidence? PlaceOf(string group, string topic, int partition) => ClusterIndex.Of(this).PlaceOf(group, topic, partition);

    /// <summary>Why that of exactly this name was not seen; null where it was, or was not asked for.</summary>
    public UnseenEvidence? UnseenOf(string subject) => ClusterIndex.Of(this).UnseenOf(subject);

    /// <summary>Why a partition of the topic was not seen; null where all were.</summary>
    public UnseenEvidence? UnseenPartitionOf(string topic) => ClusterIndex.Of(this).UnseenPartitionOf(topic);

    /// <summary>Only the topics and groups that the other does not have.</summary>
    public ClusterEvidence Except(ClusterEvidence other) => this with
    {
        Topics = [.. Topics.ExceptBy(other.Topics.Select(topic => topic.Name), topic => topic.Name)],
        Groups = [.. Groups.ExceptBy(other.Groups.Select(group => group.Name), group => group.Name)],
    };
}

/// <summary>Something that was asked for and not seen.</summary>
/// <param name="Subject">A group's name, or a partition such as <c>acme.t.payments-3</c>.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record UnseenEvidence(string Subject, string Reason)
{
    /// <summary>The topic that the subject is a partition of; null where it is no name of a partition.</summary>
    [JsonIgnore]
    public string? TopicOfPartition =>
        Subject.LastIndexOf('-') is > 0 and var dash && IsPartition(Subject, Subject[..dash]) ? Subject[..dash] : null;

    /// <summary>Whether this is a partition of the topic.</summary>
    public bool IsPartitionOf(string topic) => IsPartition(Subject, topic);

    /// <summary>Whether the subject names a partition of the topic.</summary>
    public static bool IsPartition(string subject, string topic) =>
        subject.Length > topic.Length + 1 && subject.StartsWith(topic, StringComparison.Ordinal) && subject[topic.Length] == '-'
        && subject.AsSpan(topic.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0;
}
