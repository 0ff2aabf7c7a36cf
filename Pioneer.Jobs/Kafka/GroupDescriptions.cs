using System.Collections.Concurrent;
using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>A group in a list.</summary>
/// <param name="State">As brokers word it, such as <c>Stable</c>; null by brokers that do not tell.</param>
/// <param name="Type"><c>classic</c> or <c>consumer</c> (KIP-848); null by brokers that do not tell.</param>
internal sealed record ListedGroup(string Name, string? State, string? Type);

/// <summary>Groups that were listed, and in sentences which brokers did not tell theirs.</summary>
/// <param name="Failure">The first reason for that; null when all told.</param>
internal sealed record GroupListing(ImmutableArray<ListedGroup> Groups, ImmutableArray<string> Unseen, IOException? Failure);

/// <summary>A member of a group, as its coordinator tells it.</summary>
/// <param name="Assigned">Null where the assignment cannot be read.</param>
internal sealed record GroupMember(string Id, string? InstanceId, string ClientId, string Host, ImmutableArray<TopicPartition>? Assigned);

/// <summary>A group with its members.</summary>
/// <param name="Members">Null with the reason in <paramref name="Unread"/>.</param>
internal sealed record DescribedGroup(string Name, string? State, ImmutableArray<GroupMember>? Members, string? Unread);

/// <summary>
/// Consumer groups and their members, by our own requests: librdkafka frees memory twice and ends the whole process when it lists groups of a cluster
/// that does not answer (seen with 2.x of Confluent.Kafka), and when a coordinator has just moved (<see cref="GroupOffsets"/>). Each broker lists the groups that
/// it coordinates. Safe to share between threads.
/// </summary>
internal sealed class GroupDescriptions(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const string Listing = "list groups", Describing = "describe groups";

    /// <summary>FindCoordinator with any number of groups (KIP-699).</summary>
    private const short FindMany = 4;

    /// <summary>Groups in one request.</summary>
    private const int Chunk = 500;

    private const string Consumers = "consumer", NewProtocol = "consumer";

    private readonly BrokerClients _brokers = new(options, time, logger);
    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);

    /// <summary>The groups whose names begin with the prefix; a broker that does not answer keeps no other from being read.</summary>
    public async Task<GroupListing> TryListAsync(IReadOnlyDictionary<int, BrokerEndpoint> brokers, string prefix, CancellationToken ct)
    {
        var groups = new ConcurrentDictionary<string, ListedGroup>(StringComparer.Ordinal);
        var unseen = new ConcurrentDictionary<int, IOException>();
        await Task.WhenAll(brokers.Select(async broker =>
        {
            try
            {
                var answer = await _brokers.Of(broker.Value).SendAsync<ListGroupsResponse>(Listing, new ListGroupsRequest(), 0, ct);
                if (answer.ErrorCode != 0)
                {
                    unseen[broker.Key] = KafkaAdmin.Failure(Listing, (ErrorCode)answer.ErrorCode, new Error((ErrorCode)answer.ErrorCode).Reason);
                }

                foreach (var group in answer.Groups.Where(group => group.ProtocolType is Consumers or "" && group.GroupId.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    groups[group.GroupId] = new ListedGroup(group.GroupId, NullIfEmpty(group.GroupState), NullIfEmpty(group.GroupType));
                }
            }
            catch (IOException failure) when (failure is KafkaUnavailableException or KafkaRequestException)
            {
                unseen[broker.Key] = failure;
            }
        }));
        return new GroupListing(
            [.. groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal)],
            [.. unseen.OrderBy(why => why.Key).Select(why => $"Broker {why.Key} does not list its groups: {why.Value.InnerException?.Message ?? why.Value.Message}")],
            unseen.OrderBy(why => why.Key).Select(why => why.Value).FirstOrDefault());
    }

    /// <summary>Members of the groups, asked of their coordinators; one that does not tell keeps no other from being asked.</summary>
    public async Task<IReadOnlyDictionary<string, DescribedGroup>> TryDescribeAsync(IReadOnlyCollection<ListedGroup> groups, CancellationToken ct)
    {
        var described = new ConcurrentDictionary<string, DescribedGroup>(StringComparer.Ordinal);
        foreach (var group in groups.Where(group => group.Type == NewProtocol))
        {
            described[group.Name] = new DescribedGroup(group.Name, group.State, null, "it uses the consumer protocol of KIP-848, whose members Pioneer cannot list");
        }

        foreach (var chunk in groups.Where(group => group.Type != NewProtocol).Select(group => group.Name).Chunk(Chunk))
        {
            var found = await _anyBroker.SendAsync<FindCoordinatorResponse>(Describing, new FindCoordinatorRequest { CoordinatorKeys = [.. chunk] }, FindMany, ct);
            foreach (var homeless in found.Coordinators.Where(coordinator => coordinator.ErrorCode != 0))
            {
                described[homeless.Key] = new DescribedGroup(homeless.Key, null, null, $"it has no coordinator ({(ErrorCode)homeless.ErrorCode})");
            }

            await Task.WhenAll(found.Coordinators.Where(coordinator => coordinator.ErrorCode == 0)
                .GroupBy(coordinator => new BrokerEndpoint(coordinator.Host, coordinator.Port), coordinator => coordinator.Key)
                .Select(mine => DescribeAsync(mine.Key, [.. mine], described, ct)));
        }

        return described;
    }

    public void Dispose()
    {
        _brokers.Dispose();
        _anyBroker.Dispose();
    }

    private async Task DescribeAsync(BrokerEndpoint coordinator, string[] groups, ConcurrentDictionary<string, DescribedGroup> described, CancellationToken ct)
    {
        try
        {
            var answer = await _brokers.Of(coordinator).SendAsync<DescribeGroupsResponse>(Describing, new DescribeGroupsRequest { Groups = [.. groups] }, 0, ct);
            foreach (var group in answer.Groups)
            {
                described[group.GroupId] = (ErrorCode)group.ErrorCode switch
                {
                    ErrorCode.NoError => new DescribedGroup(group.GroupId, NullIfEmpty(group.GroupState), [.. group.Members.Select(member => Member(group.ProtocolType, member))], null),
                    ErrorCode.GroupIdNotFound => new DescribedGroup(group.GroupId, null, [], null),
                    var error => new DescribedGroup(group.GroupId, null, null, group.ErrorMessage ?? new Error(error).Reason),
                };
            }
        }
        catch (Exception failure) when (failure is KafkaUnavailableException or KafkaRequestException)
        {
            foreach (var group in groups)
            {
                described[group] = new DescribedGroup(group, null, null, $"its coordinator {coordinator} is silent: {failure.InnerException?.Message ?? failure.Message}");
            }
        }
    }

    private static GroupMember Member(string protocol, DescribeGroupsResponse.DescribedGroupMember member) => new(
        member.MemberId, member.GroupInstanceId, member.ClientId, member.ClientHost,
        protocol is Consumers ? Assignment(member.MemberAssignment) : null);

    /// <summary>What a leader gave a member: <c>version, [topic, [partition]], user data</c>. Members write it, so anything may stand there.</summary>
    internal static ImmutableArray<TopicPartition>? Assignment(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return [];
        }

        try
        {
            var reader = new ProtocolReader(bytes);
            reader.ReadInt16();
            var assigned = ImmutableArray.CreateBuilder<TopicPartition>();
            for (var topics = reader.ReadInt32(); topics > 0; topics--)
            {
                var topic = reader.ReadString();
                for (var partitions = reader.ReadInt32(); partitions > 0; partitions--)
                {
                    assigned.Add(new TopicPartition(topic, reader.ReadInt32()));
                }
            }

            return assigned.ToImmutable();
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
