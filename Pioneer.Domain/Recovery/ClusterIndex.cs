using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Pioneer.Domain.Recovery;

/// <summary>
/// Finds topics, partitions, groups and positions of one picture of the brokers without going through all of them: a round over many
/// partitions looks each of them up several times. Each part is made when it is first needed, once for a picture, and goes with it.
/// </summary>
internal sealed class ClusterIndex
{
    // kept beside the record: a copy made by 'with' would take an index in a field along, though it holds other evidence
    private static readonly ConditionalWeakTable<ClusterEvidence, ClusterIndex> All = [];

    private readonly Lazy<Dictionary<string, TopicEvidence>> _topics;
    private readonly Lazy<Dictionary<string, Numbered<PartitionEvidence>>> _partitions;
    private readonly Lazy<Dictionary<string, GroupEvidence>> _groups;
    private readonly Lazy<Dictionary<(string Group, string Topic), Numbered<CommittedEvidence>>> _places;
    private readonly Lazy<Dictionary<string, UnseenEvidence>> _unseen;
    private readonly Lazy<Dictionary<string, UnseenEvidence>> _unseenPartitions;

    private ClusterIndex(ClusterEvidence cluster)
    {
        // the first of several wins everywhere
        _topics = new(() => First(cluster.Topics, topic => topic.Name));
        _partitions = new(() => _topics!.Value.ToDictionary(
            topic => topic.Key,
            topic => new Numbered<PartitionEvidence>(topic.Value.Partitions, partition => partition.Partition),
            StringComparer.Ordinal));
        _groups = new(() => First(cluster.Groups, group => group.Name));
        _places = new(() => PlacesOf(_groups!.Value.Values));
        _unseen = new(() => First(cluster.Unseen, unseen => unseen.Subject));
        _unseenPartitions = new(() => First(
            cluster.Unseen.Where(unseen => unseen.TopicOfPartition is not null), unseen => unseen.TopicOfPartition!));
    }

    public static ClusterIndex Of(ClusterEvidence cluster) => All.GetValue(cluster, static seen => new ClusterIndex(seen));

    public TopicEvidence? Topic(string name) => _topics.Value.GetValueOrDefault(name);

    public PartitionEvidence? Partition(string topic, int partition) => _partitions.Value.GetValueOrDefault(topic)?.Find(partition);

    public GroupEvidence? Group(string name) => _groups.Value.GetValueOrDefault(name);

    public ImmutableArray<CommittedEvidence> PlacesOf(string group, string topic) =>
        _places.Value.GetValueOrDefault((group, topic))?.Items ?? [];

    public CommittedEvidence? PlaceOf(string group, string topic, int partition) =>
        _places.Value.GetValueOrDefault((group, topic))?.Find(partition);

    public UnseenEvidence? UnseenOf(string subject) => _unseen.Value.GetValueOrDefault(subject);

    public UnseenEvidence? UnseenPartitionOf(string topic) => _unseenPartitions.Value.GetValueOrDefault(topic);

    private static Dictionary<(string Group, string Topic), Numbered<CommittedEvidence>> PlacesOf(IReadOnlyCollection<GroupEvidence> groups)
    {
        var places = new Dictionary<(string Group, string Topic), Numbered<CommittedEvidence>>(groups.Count);
        foreach (var group in groups)
        {
            foreach (var ofTopic in group.Committed.GroupBy(place => place.Topic, StringComparer.Ordinal))
            {
                places.Add((group.Name, ofTopic.Key), new Numbered<CommittedEvidence>([.. ofTopic], place => place.Partition));
            }
        }

        return places;
    }

    /// <summary>Things by a name; of several of one name the first.</summary>
    internal static Dictionary<string, TItem> First<TItem>(IEnumerable<TItem> items, Func<TItem, string> key)
    {
        var first = new Dictionary<string, TItem>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            first.TryAdd(key(item), item);
        }

        return first;
    }
}
