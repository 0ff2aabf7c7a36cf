using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Xunit;

namespace Pioneer.Tests.Jobs;

/// <summary>What the Kafka adapter promises, whichever broker is behind it.</summary>
public abstract class KafkaAdminContract : IDisposable
{
    private readonly KafkaClients _clients;
    private readonly string _id = Guid.NewGuid().ToString("N")[..10];

    protected KafkaAdminContract(KafkaOptions options)
    {
        _clients = new KafkaClients(Options.Create(options), NullLogger<KafkaClients>.Instance);
        Admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
    }

    protected KafkaAdmin Admin { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Admin.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Topics_are_created_described_altered_and_deleted_in_bulk()
    {
        var names = new[] { $"{_id}.t.a", $"{_id}.t.b" };
        var topics = names.Select(name => new NewTopic(name, 2, 1, new Dictionary<string, string> { ["cleanup.policy"] = "compact" })).ToList();

        Assert.Empty(await Admin.CreateTopicsAsync(topics, Ct));
        var again = await Admin.CreateTopicsAsync(topics, Ct);
        Assert.All(again, error => Assert.Equal(ErrorCode.TopicAlreadyExists, error.Code));
        Assert.Equal(2, again.Count);

        await Wait.UntilAsync(async () => (await Described()).Count == 2);
        await Admin.AlterTopicConfigAsync(names[0], new Dictionary<string, string?> { ["retention.ms"] = "60000" }, Ct);
        await Wait.UntilAsync(async () => (await Described()).Single(topic => topic.Name == names[0]).Overrides.ContainsKey("retention.ms"));
        var altered = (await Described()).Single(topic => topic.Name == names[0]);
        Assert.Equal("compact", altered.Overrides["cleanup.policy"]);
        Assert.Equal("60000", altered.Overrides["retention.ms"]);

        await Admin.AlterTopicConfigAsync(names[0], new Dictionary<string, string?> { ["retention.ms"] = null }, Ct);
        await Wait.UntilAsync(async () => !(await Described()).Single(topic => topic.Name == names[0]).Overrides.ContainsKey("retention.ms"));

        Assert.Empty(await Admin.CreatePartitionsAsync(new Dictionary<string, int> { [names[1]] = 4 }, Ct));
        await Wait.UntilAsync(async () => (await Admin.PartitionCountsAsync(names, Ct)).GetValueOrDefault(names[1]) == 4);

        Assert.Empty(await Admin.DeleteTopicsAsync(names, Ct));
        await Wait.UntilAsync(async () => (await Described()).Count == 0);

        Task<IReadOnlyList<KafkaTopic>> Described() => Admin.DescribeTopicsAsync(name => name.StartsWith(_id, StringComparison.Ordinal), Ct);
    }

    [Fact]
    public async Task Topics_are_identified_in_the_words_of_kafkas_own_clients()
    {
        // enough that every letter of base64 that the alphabets differ in comes up
        var topics = Enumerable.Range(0, 20).Select(number => $"{_id}.t.id{number}").ToList();
        await Admin.MakeAsync([.. topics.Select(Plain)], Ct);

        var seen = (await Admin.ReadEvidenceAsync([.. topics, $"{_id}.t.absent"], [], Ct)).Topics;
        using var client = _clients.Admin();
        var told = await client.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics));

        Assert.Equal(
            told.TopicDescriptions.ToDictionary(topic => topic.Name, topic => topic.TopicId.ToString()),
            seen.ToDictionary(topic => topic.Name, topic => topic.TopicId));
        await Admin.DeleteTopicsAsync(topics, Ct);
    }

    [Fact]
    public async Task Acls_of_every_resource_come_back_as_they_were_written()
    {
        var principal = $"User:{_id}.ksql";
        var bindings = new[]
        {
            Rule(ResourceType.Topic, $"{_id}.t.", ResourcePatternType.Prefixed, AclOperation.Read, principal),
            Rule(ResourceType.Group, $"{_id}.", ResourcePatternType.Prefixed, AclOperation.Read, principal),
            Rule(KafkaAdmin.TransactionalId, $"{_id}_", ResourcePatternType.Literal, AclOperation.Write, principal),
            Rule(ResourceType.Broker, "kafka-cluster", ResourcePatternType.Literal, AclOperation.DescribeConfigs, principal),
        };

        await Admin.CreateAclsAsync(bindings, Ct);
        await Admin.CreateAclsAsync(bindings, Ct);
        await Wait.UntilAsync(async () => (await Mine()).Count == 4);
        Assert.Equal(bindings.ToHashSet(), (await Mine()).ToHashSet());

        await Admin.DeleteAclsAsync(bindings, Ct);
        await Admin.DeleteAclsAsync(bindings, Ct);
        await Wait.UntilAsync(async () => (await Mine()).Count == 0);

        async Task<List<AclBinding>> Mine() =>
            (await Admin.DescribeAclsAsync(Ct)).Where(binding => binding.Entry.Principal == principal).ToList();
    }

    [Fact]
    public async Task Scram_user_signs_in_reads_its_own_prefix_and_nothing_else()
    {
        var principal = new KafkaPrincipal($"{_id}.reader", "a long enough password");
        await Admin.MakeAsync([Plain($"{_id}.d.mine"), Plain($"x{_id}.d.other")], Ct);
        await Admin.UpsertScramUserAsync(principal, Ct);
        await Admin.CreateAclsAsync(
            [
                Rule(ResourceType.Topic, $"{_id}.d.", ResourcePatternType.Prefixed, AclOperation.Read, $"User:{principal.Username}"),
                Rule(ResourceType.Group, $"{_id}.", ResourcePatternType.Prefixed, AclOperation.Read, $"User:{principal.Username}"),
            ], Ct);
        var signIn = new KafkaSignIn(_clients, Admin, TimeProvider.System);
        await signIn.WaitUntilReadyAsync(principal, $"{_id}.d.mine", Ct);
        var users = await Admin.DescribeScramUsersAsync(Ct);
        Assert.Contains(new KafkaScramCredential("SCRAM-SHA-512", 4096), users.Single(user => user.Name == principal.Username).Credentials);

        using (var producer = _clients.Producer(null))
        {
            await producer.ProduceAsync($"{_id}.d.mine", new Message<byte[]?, byte[]?> { Key = [1], Value = [2] }, Ct);
        }

        using (var consumer = _clients.Consumer(principal, $"{_id}.group"))
        {
            var partitions = Enumerable.Range(0, 2).Select(partition => new TopicPartitionOffset($"{_id}.d.mine", partition, Offset.Beginning));
            consumer.Assign(partitions);
            var record = Consume(consumer);
            Assert.Equal([2], record.Message.Value!);
            consumer.Commit(record);
            Assert.Single(await Admin.GroupOffsetsAsync($"{_id}.group", Ct));
        }

        using (var stranger = _clients.Admin(principal))
        {
            var refused = await Assert.ThrowsAsync<DescribeTopicsException>(
                () => stranger.DescribeTopicsAsync(TopicCollection.OfTopicNames([$"x{_id}.d.other"])));
            Assert.Equal(ErrorCode.TopicAuthorizationFailed, refused.Results.TopicDescriptions[0].Error.Code);
        }

        Assert.False(await signIn.IsAcceptedAsync(principal with { Password = "wrong" }, Ct));
        await Admin.DeleteScramUserAsync(principal.Username, Ct);
        await Admin.DeleteScramUserAsync(principal.Username, Ct);
        await Wait.UntilAsync(async () => !await signIn.IsAcceptedAsync(principal, Ct));
    }

    [Fact]
    public async Task Group_offsets_are_set_before_the_group_has_ever_run()
    {
        var topic = $"{_id}.t.offsets";
        await Admin.MakeAsync([Plain(topic)], Ct);
        using (var producer = _clients.Producer(null))
        {
            await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Value = [1] }, Ct);
            await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Value = [2] }, Ct);
        }

        var offsets = await Admin.OffsetsAsync(topic, Ct);
        Assert.Equal((0, 2), offsets[0]);
        var group = $"{_id}-never-ran";
        Assert.Empty(await Admin.GroupOffsetsAsync(group, Ct));
        await Admin.SetGroupOffsetsAsync(group, new Dictionary<TopicPartition, long> { [new TopicPartition(topic, 0)] = 1 }, Ct);
        Assert.Equal(1, (await Admin.GroupOffsetsAsync(group, Ct))[new TopicPartition(topic, 0)]);
        Assert.Contains(group, await Admin.ListGroupsAsync(_id, Ct));
        var seen = Assert.Single(await Admin.GroupsOnTopicAsync(topic, group, Ct));
        Assert.Equal((0, 1L, null), (seen.Members.Length, seen.Behind, seen.Unseen));
        Assert.Empty(await Admin.GroupsOnTopicAsync($"{_id}.t.other", group, Ct));
        await Admin.DeleteGroupAsync(group, Ct);
        await Admin.DeleteGroupAsync(group, Ct);
        Assert.Empty(await Admin.GroupOffsetsAsync(group, Ct));
    }

    [Fact]
    public async Task Log_that_was_only_added_to_holds_all_that_it_held()
    {
        var topic = $"{_id}.t.whole";
        await Admin.MakeAsync([TestTopics.Plain(topic)], Ct);
        await WriteAsync(3);
        var before = await Admin.ReadEvidenceAsync([topic], [], Ct);
        await WriteAsync(2);
        var after = await Admin.CompareAsync(before, await Admin.ReadEvidenceAsync([topic], [], Ct), Ct);

        Assert.NotNull(before.Topics[0].Partitions[0].LeaderEpoch);
        Assert.Equal(5, after.Topics[0].Partitions[0].KeptTo);
        await Admin.DeleteTopicsAsync([topic], Ct);

        async Task WriteAsync(int count)
        {
            using var producer = _clients.Producer(null);
            for (var number = 0; number < count; number++)
            {
                await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Value = [1] }, Ct);
            }
        }
    }

    [Fact]
    public async Task Places_are_dated_by_the_newest_record_up_to_them_and_never_later_than_that()
    {
        var topic = $"{_id}.t.dated";
        await Admin.MakeAsync([new NewTopic(topic, 1, 1, new Dictionary<string, string> { ["retention.ms"] = "-1" })], Ct);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        using (var producer = _clients.Producer(null))
        {
            foreach (var hours in new[] { 90, 60, 70, 1 })
            {
                await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Value = [1], Timestamp = new Timestamp(now.AddHours(-hours)) }, Ct);
            }
        }

        // a thousandth of 100 hours is six minutes
        AssertDated(90, await DateAsync(0, 0));
        AssertDated(60, await DateAsync(1, 0));
        AssertDated(60, await DateAsync(2, 0));
        AssertDated(1, await DateAsync(3, 0));
        Assert.Equal(now.AddHours(-2), await DateAsync(3, 2));
        Assert.Equal(DateTimeOffset.UnixEpoch, (await Admin.DatesAsync([new UndatedPlace(topic, 0, 0, now.AddHours(-50), now)], Ct)).Single().Value);
        Assert.Empty(await Admin.DatesAsync([new UndatedPlace($"{_id}.t.absent", 0, 0, now.AddHours(-50), now)], Ct));
        await Admin.DeleteTopicsAsync([topic], Ct);

        async Task<DateTimeOffset> DateAsync(long offset, int before) =>
            (await Admin.DatesAsync([new UndatedPlace(topic, 0, offset, now.AddHours(-100), now.AddHours(-before))], Ct)).Single().Value;

        void AssertDated(int hours, DateTimeOffset found) => Assert.InRange(found, now.AddHours(-hours).AddMinutes(-6), now.AddHours(-hours));
    }

    private static NewTopic Plain(string name) => new(name, 2, 1, new Dictionary<string, string>());

    private static AclBinding Rule(ResourceType type, string name, ResourcePatternType pattern, AclOperation operation, string principal) => new()
    {
        Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = pattern },
        Entry = new AccessControlEntry { Principal = principal, Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
    };

    private static ConsumeResult<byte[]?, byte[]?> Consume(IConsumer<byte[]?, byte[]?> consumer)
    {
        using var limit = new CancellationTokenSource(Patience.Usual);
        while (true)
        {
            var result = consumer.Consume(limit.Token);
            if (!result.IsPartitionEOF)
            {
                return result;
            }
        }
    }
}

/// <summary>The contract against Apache Kafka itself.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaAdminTests : KafkaAdminContract
{
    public ApacheKafkaAdminTests(SharedKafka kafka)
        : base(kafka.Options) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}
