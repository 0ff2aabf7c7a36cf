using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka;

/// <summary>A consumer group that reads a topic.</summary>
/// <param name="Members">The client ids of the programs that hold partitions of the topic; empty where none does now.</param>
/// <param name="Behind">Committed records after which so many more stand in the topic; null where the group committed nothing of it.</param>
/// <param name="Unseen">What the brokers did not tell of the group; null when they told all.</param>
public sealed record GroupOnTopic(string Group, ImmutableArray<string> Members, long? Behind, string? Unseen);

public sealed partial class KafkaAdmin
{
    /// <summary>
    /// The groups whose names begin with <paramref name="prefix"/> that read the topic now or committed a place in it, by name. A group that could not be
    /// looked at is among them, with the reason. Programs that assign partitions to themselves and commit nothing are seen by no broker.
    /// </summary>
    public async Task<ImmutableArray<GroupOnTopic>> GroupsOnTopicAsync(string topic, string prefix, CancellationToken ct)
    {
        var listed = await _groupMembers.ListAsync(prefix, ct);
        if (listed.Count == 0)
        {
            return [];
        }

        var names = listed.Select(group => group.GroupId).ToList();
        var described = await _groupMembers.DescribeAsync(listed, ct);
        var offsets = await _groupOffsets.TryReadAsync("read the offsets of groups", names, stable: false, EvidencePatience, ct);
        var committed = names.ToDictionary(name => name, name => PlacesIn(topic, offsets.Offsets.GetValueOrDefault(name)));
        var ends = await _partitionOffsets.TryReadAsync(
            [.. committed.Values.SelectMany(places => places.Keys).Distinct()], LogEnd.Latest, IsolationLevel.ReadCommitted, EvidencePatience, ct);
        return
        [
            .. names.Select(name => new GroupOnTopic(
                    name, MembersOn(topic, described.GetValueOrDefault(name)), BehindOf(committed[name], ends.Offsets),
                    UnseenOf(described.GetValueOrDefault(name), offsets.Unread.GetValueOrDefault(name))))
                .Where(group => !group.Members.IsEmpty || group.Behind is not null || group.Unseen is not null),
        ];
    }

    private static Dictionary<TopicPartition, long> PlacesIn(string topic, IReadOnlyDictionary<TopicPartition, long>? offsets) =>
        offsets?.Where(place => place.Key.Topic == topic).ToDictionary(place => place.Key, place => place.Value) ?? [];

    private static ImmutableArray<string> MembersOn(string topic, MembersOfGroup? group) =>
        group is null ? [] : [.. group.Members.Where(member => member.Topics.Contains(topic)).Select(member => member.ClientId)];

    // a place beyond the end is one in a log that was made anew: nothing of this one was read
    private static long? BehindOf(Dictionary<TopicPartition, long> places, IReadOnlyDictionary<TopicPartition, long> ends) => places.Count == 0
        ? null
        : places.Sum(place => ends.TryGetValue(place.Key, out var end) ? Math.Max(0, end - place.Value) : 0);

    private static string? UnseenOf(MembersOfGroup? group, UnreadGroup? offsets) => group is null ? "its coordinator did not name it" : group.Unseen ?? offsets?.Reason;
}
