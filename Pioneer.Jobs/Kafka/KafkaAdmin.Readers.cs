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
        var listed = await ListedGroupsAsync(prefix, ct);
        if (listed.IsEmpty)
        {
            return [];
        }

        var names = listed.Select(group => group.Name).ToList();
        var described = await _groupDescriptions.TryDescribeAsync(listed, ct);
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

    /// <summary>Every broker has to tell its groups here: whoever asks must not take a missing one for none.</summary>
    private async Task<ImmutableArray<ListedGroup>> ListedGroupsAsync(string prefix, CancellationToken ct)
    {
        var listing = await TryListGroupsAsync(prefix, ct);
        return listing.Failure is { } failure ? throw failure : listing.Groups;
    }

    private static Dictionary<TopicPartition, long> PlacesIn(string topic, IReadOnlyDictionary<TopicPartition, long>? offsets) =>
        offsets?.Where(place => place.Key.Topic == topic).ToDictionary(place => place.Key, place => place.Value) ?? [];

    private static ImmutableArray<string> MembersOn(string topic, DescribedGroup? group) =>
        [.. group?.Members?.Where(member => member.Assigned?.Any(place => place.Topic == topic) is true).Select(member => member.ClientId) ?? []];

    // a place beyond the end is one in a log that was made anew: nothing of this one was read
    private static long? BehindOf(Dictionary<TopicPartition, long> places, IReadOnlyDictionary<TopicPartition, long> ends) => places.Count == 0
        ? null
        : places.Sum(place => ends.TryGetValue(place.Key, out var end) ? Math.Max(0, end - place.Value) : 0);

    private static string? UnseenOf(DescribedGroup? group, UnreadGroup? offsets) => group is null ? "its coordinator did not name it" : group.Unread ?? offsets?.Reason;
}
