using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>A member of a group and the topics that it holds partitions of.</summary>
internal sealed record GroupMember(string ClientId, ImmutableArray<string> Topics);

/// <summary>The members of a group, or why they were not told.</summary>
internal sealed record MembersOfGroup(ImmutableArray<GroupMember> Members, string? Unseen);

/// <summary>
/// Names and members of consumer groups, by our own requests: librdkafka frees memory twice and ends the whole process when it lists groups of a cluster
/// that does not answer (seen with 2.x of Confluent.Kafka). Safe to share between threads. Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class GroupMembers(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Groups in one request.</summary>
    private const int Chunk = 500;

    // the coordinators of any number of groups (KIP-699)
    private const short FindMany = 4, Any = 0;

    private const sbyte GroupKey = 0;

    private const string Consumers = "consumer", NewProtocol = "consumer";

    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);
    private readonly BrokerClients _brokers = new(options, time, logger);

    /// <summary>The consumer groups whose names begin with the prefix; each broker tells those that it coordinates, so all have to answer.</summary>
    public async Task<IReadOnlyList<ListGroupsResponse.ListedGroup>> ListAsync(string prefix, CancellationToken ct)
    {
        const string Action = "list groups";
        var cluster = await _anyBroker.SendAsync<MetadataResponse>(Action, new MetadataRequest { Topics = [], AllowAutoTopicCreation = false }, Any, ct);
        var answers = await Task.WhenAll(cluster.Brokers.Select(broker =>
            _brokers.Of(new BrokerEndpoint(broker.Host, broker.Port)).SendAsync<ListGroupsResponse>(Action, new ListGroupsRequest(), Any, ct)));
        if (Array.Find(answers, answer => answer.ErrorCode != 0) is { ErrorCode: var error })
        {
            throw KafkaAdmin.Failure(Action, (ErrorCode)error, new Error((ErrorCode)error).Reason);
        }

        return
        [
            .. answers.SelectMany(answer => answer.Groups).Where(group => group.ProtocolType is Consumers or "" && group.GroupId.StartsWith(prefix, StringComparison.Ordinal))
                .DistinctBy(group => group.GroupId).OrderBy(group => group.GroupId, StringComparer.Ordinal),
        ];
    }

    /// <summary>The members of each group; a coordinator that does not tell keeps no other from being asked.</summary>
    public async Task<IReadOnlyDictionary<string, MembersOfGroup>> DescribeAsync(IReadOnlyCollection<ListGroupsResponse.ListedGroup> groups, CancellationToken ct)
    {
        var found = new Dictionary<string, MembersOfGroup>(StringComparer.Ordinal);
        foreach (var group in groups.Where(group => group.GroupType == NewProtocol))
        {
            found[group.GroupId] = new MembersOfGroup([], "it uses the consumer protocol of KIP-848, whose members Pioneer cannot list");
        }

        foreach (var chunk in groups.Select(group => group.GroupId).Where(group => !found.ContainsKey(group)).Chunk(Chunk))
        {
            foreach (var (group, members) in await DescribeAsync(chunk, ct))
            {
                found[group] = members;
            }
        }

        return found;
    }

    public void Dispose()
    {
        _anyBroker.Dispose();
        _brokers.Dispose();
    }

    private async Task<IEnumerable<(string Group, MembersOfGroup Members)>> DescribeAsync(string[] groups, CancellationToken ct)
    {
        const string Action = "describe groups";
        var homes = await _anyBroker.SendAsync<FindCoordinatorResponse>(
            Action, new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [.. groups] }, FindMany, ct);
        var homeless = homes.Coordinators.Where(home => home.ErrorCode != 0)
            .Select(home => (home.Key, new MembersOfGroup([], $"it has no coordinator ({(ErrorCode)home.ErrorCode})")));
        var told = await Task.WhenAll(homes.Coordinators.Where(home => home.ErrorCode == 0)
            .GroupBy(home => new BrokerEndpoint(home.Host, home.Port), home => home.Key)
            .Select(async mine =>
            {
                try
                {
                    var answer = await _brokers.Of(mine.Key).SendAsync<DescribeGroupsResponse>(Action, new DescribeGroupsRequest { Groups = [.. mine] }, Any, ct);
                    return answer.Groups.Select(group => (group.GroupId, MembersOf(group)));
                }
                catch (Exception silent) when (silent is KafkaUnavailableException or KafkaRequestException)
                {
                    return mine.Select(group => (group, new MembersOfGroup([], silent.Message)));
                }
            }));
        return homeless.Concat(told.SelectMany(answers => answers));
    }

    private static MembersOfGroup MembersOf(DescribeGroupsResponse.DescribedGroup group) => (ErrorCode)group.ErrorCode switch
    {
        ErrorCode.NoError => new MembersOfGroup([.. group.Members.Select(member => new GroupMember(member.ClientId, TopicsOf(member.MemberAssignment)))], null),
        ErrorCode.GroupIdNotFound => new MembersOfGroup([], null),
        var error => new MembersOfGroup([], new Error(error).Reason),
    };

    /// <summary>Topics of an assignment: version int16, then an array of topic and partitions (ConsumerProtocolAssignment). What is cut short names those before it.</summary>
    private static ImmutableArray<string> TopicsOf(ReadOnlyMemory<byte> assignment)
    {
        var topics = ImmutableArray.CreateBuilder<string>();
        var left = assignment.Span;
        if (left.Length < 6)
        {
            return [];
        }

        var count = BinaryPrimitives.ReadInt32BigEndian(left[2..]);
        left = left[6..];
        for (var read = 0; read < count && left.Length >= 2; read++)
        {
            var length = BinaryPrimitives.ReadInt16BigEndian(left);
            if (length < 0 || left.Length < 2 + length + 4)
            {
                break;
            }

            topics.Add(Encoding.UTF8.GetString(left.Slice(2, length)));
            left = left[(2 + length)..];
            var partitions = BinaryPrimitives.ReadInt32BigEndian(left);
            if (partitions < 0 || (left.Length - 4) / sizeof(int) < partitions)
            {
                break;
            }

            left = left[(4 + (partitions * sizeof(int)))..];
        }

        return topics.ToImmutable();
    }
}
