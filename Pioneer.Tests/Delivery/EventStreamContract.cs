using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Tests.Api;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Persistence;
using Pioneer.Tests.Stories;
using Xunit;
using AclOperation = Confluent.Kafka.Admin.AclOperation;

namespace Pioneer.Tests.Delivery;

/// <summary>An event's id is a place in one log: what a reader is told when the log is another one, shorter or wider. The same whichever broker is behind it.</summary>
public abstract class EventStreamContract : IAsyncLifetime
{
    private protected const string Events = "tenants/acme/subscriptions/large/events";
    private const string Topic = "acme.d.large";

    private static readonly KafkaPrincipal Nobody = new(Principals.Portal(TenantSlug.Parse("acme")), "");

    private KafkaClients _clients = null!;
    private KafkaAdmin _admin = null!;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A portal on those brokers, with the subscription 'large' of acme.</summary>
    private protected ApiPortal Portal { get; private set; } = null!;

    private static IReadOnlyList<AclBinding> Rights =>
        [Right(ResourceType.Topic, "acme.d."), Right(ResourceType.Group, "acme.")];

    public async ValueTask InitializeAsync()
    {
        var kafka = await KafkaAsync();
        _clients = new KafkaClients(Options.Create(kafka), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        Portal = new ApiPortal(
        [
            "--Api:Burst=100000", $"--Kafka:BootstrapServers={kafka.BootstrapServers}", $"--Kafka:SecurityProtocol={kafka.SecurityProtocol}",
            $"--Kafka:SaslMechanism={kafka.SaslMechanism}", $"--Kafka:Username={kafka.Username}", $"--Kafka:Password={kafka.Password}",
        ]);
        await Portal.InitializeAsync();
        await Portal.GrantFeedsAsync();
        Assert.Null((await Portal.UseAsync<DeploySubscription, Result<SubscriptionDeployed>>(deploy => deploy.CreateAsync(
            Actors.Admin, "acme", "large", "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;", null, Ct))).Error);
        var password = await Portal.UseAsync<SecretStore, Result<string>>(secrets => secrets.RevealAsync(SecretNames.PortalPrincipal(TenantSlug.Parse("acme")), Ct));
        await _admin.UpsertScramUserAsync(Nobody with { Password = password.Value }, Ct);
        await _admin.CreateAclsAsync(Rights, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await _admin.DeleteTopicsAsync([Topic], CancellationToken.None);
        await _admin.DeleteAclsAsync(Rights, CancellationToken.None);
        await _admin.DeleteScramUserAsync(Nobody.Username, CancellationToken.None);
        _admin.Dispose();
        await EndAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Id_of_a_topic_that_was_made_anew_meanwhile_begins_anew_and_says_so()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 10);
        var before = await SseReader.ReadAsync(Portal.Admin, Events + "?from=earliest", null, 10, Ct);
        await MakeAnewAsync(1);
        await WriteAsync(0, "b", 5);

        var shorter = await SseReader.ReadAsync(Portal.Admin, Events, before[^1].Id, 6, Ct);
        await WriteAsync(0, "c", 15);
        var longer = await SseReader.ReadAsync(Portal.Admin, Events, before[^1].Id, 21, Ct);
        var resumed = await SseReader.ReadAsync(Portal.Admin, Events, shorter[0].Id, 20, Ct);

        foreach (var read in new[] { shorter, longer })
        {
            Assert.Equal(("gap", "topic-made-anew", (0, 10L)), (read[0].Name, read[0].Data.GetProperty("reason").GetString(), read[0].Place));
            Assert.Contains("deleted and made anew", read[0].Data.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal(Enumerable.Range(0, read.Count - 1).Select(offset => (0, (long)offset)), read.Skip(1).Select(happened => happened.Place));
        }

        Assert.All(resumed, happened => Assert.Equal("record", happened.Name));
    }

    [Fact]
    public async Task Open_stream_goes_on_in_the_topic_that_was_made_anew_and_says_so()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 10);
        var (reading, reads) = ReadOn(10, seen => Keys(seen.SkipWhile(happened => happened.Name != "gap")).Count(key => key.StartsWith('b')) == 12);
        await reads.WaitAsync(Patience.Usual, Ct);

        await MakeAnewAsync(1);
        await WriteAsync(0, "b", 12);
        var seen = await reading;

        var gap = Assert.Single(seen, happened => happened.Name == "gap");
        Assert.Equal("topic-made-anew", gap.Data.GetProperty("reason").GetString());
        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"b{number}"), Keys(seen.SkipWhile(happened => happened.Name != "gap")));
    }

    [Fact]
    public async Task Id_from_before_ids_named_their_topic_is_taken_where_it_can_be_a_place_in_it()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 5);

        var inside = await SseReader.ReadAsync(Portal.Admin, Events, "0:3", 2, Ct);
        var beyond = await SseReader.ReadAsync(Portal.Admin, Events, "0:42", 6, Ct);

        Assert.Equal(["a3", "a4"], Keys(inside));
        Assert.Equal(("gap", (0, 42L)), (beyond[0].Name, beyond[0].Place));
        Assert.Equal(5, Keys(beyond).Count());
    }

    [Fact]
    public async Task Place_beyond_the_end_of_the_same_log_is_a_gap()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 5);
        var read = await SseReader.ReadAsync(Portal.Admin, Events + "?from=earliest", null, 5, Ct);

        var id = read[^1].Id;
        var beyond = await SseReader.ReadAsync(Portal.Admin, Events, $"0:7{id[id.IndexOf('@', StringComparison.Ordinal)..]}", 6, Ct);

        Assert.Equal(("gap", "beyond-end"), (beyond[0].Name, beyond[0].Data.GetProperty("reason").GetString()));
        Assert.Equal(5, Keys(beyond).Count());

        // with the leader epoch that it was reached in the cut itself is known, and what stands before it is not given again
        await WriteAsync(0, "b", 1);
        var cut = await SseReader.ReadAsync(Portal.Admin, Events, id.Replace("0:5:", "0:9:", StringComparison.Ordinal), 1, Ct);
        Assert.Equal(("gap", "log-cut"), (cut[0].Name, cut[0].Data.GetProperty("reason").GetString()));
        var after = await SseReader.ReadAsync(Portal.Admin, Events, id, 1, Ct);
        Assert.Equal(["b0"], Keys(after));
    }

    [Fact]
    public async Task Partitions_that_are_added_under_an_open_stream_are_read_from_their_start()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 1);
        var (reading, reads) = ReadOn(1, seen => seen.Count == 31);
        await reads.WaitAsync(Patience.Usual, Ct);

        Assert.Empty(await _admin.CreatePartitionsAsync(new Dictionary<string, int> { [Topic] = 4 }, Ct));
        await Wait.UntilAsync(async () => (await _admin.PartitionCountsAsync([Topic], Ct)).GetValueOrDefault(Topic) == 4);
        foreach (var partition in new[] { 1, 2, 3 })
        {
            await WriteAsync(partition, $"p{partition}-", 10);
        }

        var seen = await reading;

        Assert.DoesNotContain(seen, happened => happened.Name == "gap");
        Assert.Equal(31, Keys(seen).Distinct().Count());
    }

    [Fact]
    public async Task Reader_whose_credential_all_brokers_refuse_is_told_so()
    {
        await MakeAnewAsync(1);
        await WriteAsync(0, "a", 1);
        await _admin.UpsertScramUserAsync(Nobody with { Password = "another" }, Ct);

        var seen = await SseReader.ReadUntilAsync(Portal.Admin, Events + "?from=earliest", seen => seen.Any(happened => happened.Name == "refused"), Ct);

        Assert.Equal("DeliveryRefused", seen[^1].Data.GetProperty("code").GetString());
        Assert.Empty(Keys(seen));
    }

    /// <summary>Reads from the start until it is enough; <c>Reads</c> ends once so many events have come.</summary>
    private protected (Task<IReadOnlyList<SseEvent>> Reading, Task Reads) ReadOn(int first, Func<IReadOnlyList<SseEvent>, bool> enough)
    {
        var reads = new TaskCompletionSource();
        return (SseReader.ReadUntilAsync(Portal.Admin, Events + "?from=earliest", seen =>
        {
            if (seen.Count >= first)
            {
                reads.TrySetResult();
            }

            return enough(seen);
        }, Ct), reads.Task);
    }

    /// <summary>The brokers that the portal and the test use.</summary>
    private protected abstract Task<KafkaOptions> KafkaAsync();

    private protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    private protected static IEnumerable<string> Keys(IEnumerable<SseEvent> events) =>
        events.Where(happened => happened.Name == "record").Select(happened => happened.Data.GetProperty("key").GetString()!);

    private static AclBinding Right(ResourceType type, string prefix) => new()
    {
        Pattern = new ResourcePattern { Type = type, Name = prefix, ResourcePatternType = ResourcePatternType.Prefixed },
        Entry = new AccessControlEntry { Principal = $"User:{Nobody.Username}", Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
    };

    private protected Task MakeAnewAsync(int partitions) => _admin.MakeAnewAsync([TestTopics.Plain(Topic, partitions)], Ct);

    private protected async Task WriteAsync(int partition, string prefix, int count)
    {
        using var producer = _clients.Producer(null);
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => producer.ProduceAsync(
            new TopicPartition(Topic, partition),
            new Message<byte[]?, byte[]?> { Key = System.Text.Encoding.UTF8.GetBytes($"\"{prefix}{number}\""), Value = "{}"u8.ToArray() }, Ct)));
    }
}

/// <summary>On three secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheEventStreamTests : EventStreamContract
{
    private readonly SharedKafka _kafka;

    public ApacheEventStreamTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        _kafka = kafka;
    }

    private protected override Task<KafkaOptions> KafkaAsync() => Task.FromResult(_kafka.Options);
}
