using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Domain.Topics;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Error = Pioneer.Domain.Error;

namespace Pioneer.Jobs.Topics;

/// <summary>
/// The consumer groups under a tenant's names, with what they still have to read. Of a group only what is about the tenant's own topics is told; a group of
/// another tenant and one that is not there are 'not found' alike.
/// </summary>
public sealed class TenantGroups(TopicUses uses, KafkaAdmin kafka, UnreadAges ages, TimeProvider time)
{
    /// <summary>Groups of the tenant by name; positions are read for those of the window only.</summary>
    /// <param name="text">A part of the name, or null for all.</param>
    public async Task<Result<GroupList>> ListAsync(Actor actor, string slug, string? text, Window window, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        try
        {
            var listing = await kafka.TryListGroupsAsync(TopicNames.Prefix(allowed.Value.Tenant), cancellationToken);
            var all = listing.Groups.Where(group => string.IsNullOrWhiteSpace(text) || group.Name.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
            var read = await ReadAsync(allowed.Value.Tenant, [.. all.Skip(window.Skip).Take(window.Take)], cancellationToken);
            return new GroupList([.. read.Select(group => group.Group)], all.Count, time.GetUtcNow(), listing.Unseen);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    /// <summary>Names of groups that begin with the text, a few; none where the actor does not see the tenant or the brokers do not tell.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(Actor actor, string slug, string text, int most, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure || !text.StartsWith(TopicNames.Prefix(allowed.Value.Tenant), StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            return [.. (await kafka.TryListGroupsAsync(text, cancellationToken)).Groups.Select(group => group.Name).Take(most)];
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return [];
        }
    }

    /// <summary>One group with its members and its position in each partition.</summary>
    public async Task<Result<GroupDetail>> FindAsync(Actor actor, string slug, string group, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        try
        {
            var prefix = TopicNames.Prefix(allowed.Value.Tenant);
            // a slash in an address stays escaped on its way here
            string[] names = [group, Uri.UnescapeDataString(group)];
            var listing = names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) ? await kafka.TryListGroupsAsync(prefix, cancellationToken) : null;
            var found = names.Select(name => listing?.Groups.FirstOrDefault(listed => listed.Name == name)).FirstOrDefault(listed => listed is not null);
            return found is not null ? await WithAgesAsync(allowed.Value.Tenant, (await ReadAsync(allowed.Value.Tenant, [found], cancellationToken))[0], cancellationToken)
                : listing?.Unseen is [var why, ..] ? Unseen(group, why)
                : Error.NotFound("ConsumerGroup", group);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private static Error Unseen(string group, string why) =>
        new("ConsumerGroupNotObserved", $"Group '{group}' is not observed: {why}", "Try again in a moment.") { Kind = ErrorKind.Unavailable };

    private async Task<GroupDetail> WithAgesAsync(TenantSlug tenant, GroupDetail detail, CancellationToken cancellationToken)
    {
        var behind = detail.Partitions.Where(place => place.Lag is > 0)
            .Select(place => new TopicPartitionOffset(place.Topic, place.Partition, Math.Max(place.Committed!.Value, place.Start ?? 0))).ToList();
        var known = await ages.TryReadAsync(tenant, behind, cancellationToken);
        return detail with
        {
            Partitions =
            [
                .. detail.Partitions.Select(place => place with
                {
                    OldestUnreadAt = known.TryGetValue(new TopicPartition(place.Topic, place.Partition), out var at) ? at : null,
                }),
            ],
        };
    }

    private async Task<ImmutableArray<GroupDetail>> ReadAsync(TenantSlug tenant, ImmutableArray<ListedGroup> groups, CancellationToken cancellationToken)
    {
        var names = groups.Select(group => group.Name).ToList();
        var described = await kafka.TryDescribeGroupsAsync(groups, cancellationToken);
        var read = await kafka.TryReadGroupOffsetsAsync(names, cancellationToken);
        var topics = described.Values.SelectMany(group => group.Members ?? []).SelectMany(member => member.Assigned ?? []).Select(place => place.Topic)
            .Concat(read.Offsets.Values.SelectMany(offsets => offsets?.Keys ?? []).Select(place => place.Topic))
            .Where(topic => TenantTopics.IsOf(tenant, topic)).ToHashSet(StringComparer.Ordinal);
        var looks = (await kafka.LookAtTopicsAsync(topics, withConfig: false, cancellationToken)).Topics
            .SelectMany(topic => topic.Partitions.Select(place => (Name: new TopicPartition(topic.Name, place.Partition), place)))
            .ToDictionary(entry => entry.Name, entry => entry.place);
        var observedAt = time.GetUtcNow();
        return [.. groups.Select(group => Detail(tenant, group, described.GetValueOrDefault(group.Name), read, looks, observedAt))];
    }

    private static GroupDetail Detail(
        TenantSlug tenant, ListedGroup listed, DescribedGroup? described, GroupReading read, Dictionary<TopicPartition, PartitionLook> looks, DateTimeOffset observedAt)
    {
        var members = described?.Members?.Select(member => new GroupMemberRow(member.Id, member.InstanceId, member.ClientId, member.Host, Own(tenant, member))).ToImmutableArray();
        var committed = read.Offsets.GetValueOrDefault(listed.Name) ?? ImmutableDictionary<TopicPartition, long>.Empty;
        var holders = (members ?? []).SelectMany(member => (member.Partitions ?? []).Select(place => (Name: new TopicPartition(place.Topic, place.Partition), member.ClientId)))
            .GroupBy(holder => holder.Name).ToDictionary(holder => holder.Key, holder => holder.First().ClientId);
        var partitions = committed.Keys.Where(place => TenantTopics.IsOf(tenant, place.Topic)).Concat(holders.Keys).Distinct()
            .OrderBy(place => place.Topic, StringComparer.Ordinal).ThenBy(place => place.Partition.Value)
            .Select(place => new GroupPartitionRow(
                place.Topic, place.Partition.Value, committed.TryGetValue(place, out var offset) ? offset : null,
                looks.GetValueOrDefault(place)?.Start, looks.GetValueOrDefault(place)?.End, holders.GetValueOrDefault(place)))
            .ToImmutableArray();
        var row = new GroupRow(
            listed.Name, described?.State ?? listed.State, listed.Type, members?.Length,
            [.. partitions.Select(place => place.Topic).Distinct(StringComparer.Ordinal)], TotalLag(partitions, read.Unread.ContainsKey(listed.Name)),
            [.. NotObserved(listed, described, read)]);
        return new GroupDetail(row, members, partitions, observedAt);
    }

    /// <summary>Partitions that are assigned and have no position yet are no part of it; none where a position's end is not known.</summary>
    private static long? TotalLag(ImmutableArray<GroupPartitionRow> partitions, bool unread)
    {
        var lags = partitions.Where(place => place.Committed is not null).Select(place => place.Lag).ToList();
        return unread || lags.Contains(null) ? null : lags.Sum();
    }

    private static ImmutableArray<PartitionName>? Own(TenantSlug tenant, GroupMember member) => member.Assigned is { } assigned
        ? [.. assigned.Where(place => TenantTopics.IsOf(tenant, place.Topic)).Select(place => new PartitionName(place.Topic, place.Partition.Value))]
        : null;

    private static IEnumerable<string> NotObserved(ListedGroup listed, DescribedGroup? described, GroupReading read)
    {
        if (described?.Members is null)
        {
            yield return $"Its members are not observed: {described?.Unread ?? "its coordinator did not name it"}.";
        }

        if (read.Unread.TryGetValue(listed.Name, out var why))
        {
            yield return $"Its positions are not observed: {why.Reason}.";
        }
    }
}
