using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Topics;
using Pioneer.Tests.Api;
using Pioneer.Tests.Embedded.BrokerClients;
using Pioneer.Tests.Jobs;
using Pioneer.Tests.Persistence;
using Xunit;
using AclOperation = Confluent.Kafka.Admin.AclOperation;

namespace Pioneer.Tests.Topics;

/// <summary>A portal on a cluster with topics and groups of acme and of globex.</summary>
public abstract class TopicsFixture : IAsyncLifetime
{
    public const string Payments = "acme.t.payments", Big = "acme.w.big", Foreign = "globex.t.secrets", Group = "acme.reporting";

    /// <summary>More than one page, in two partitions; every tenth has the key TR01.</summary>
    public const int Records = 300;

    /// <summary>More than one answer may hold: nearly a megabyte each.</summary>
    public const int BigRecords = 12;

    private KafkaClients _clients = null!;
    private KafkaAdmin _admin = null!;
    private IConsumer<byte[]?, byte[]?>? _member;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal ApiPortal Portal { get; private set; } = null!;

    internal DateTimeOffset Begin { get; } = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddHours(-2).ToUnixTimeMilliseconds());

    public async ValueTask InitializeAsync()
    {
        if (await KafkaAsync() is not { } kafka)
        {
            return;
        }

        _clients = new KafkaClients(Options.Create(kafka), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        Portal = new ApiPortal(
        [
            "--Api:Burst=100000", $"--Kafka:BootstrapServers={kafka.BootstrapServers}", $"--Kafka:SecurityProtocol={kafka.SecurityProtocol}",
            $"--Kafka:SaslMechanism={kafka.SaslMechanism}", $"--Kafka:Username={kafka.Username}", $"--Kafka:Password={kafka.Password}",
        ]);
        await Portal.InitializeAsync();
        await Portal.GrantFeedsAsync();
        var tenant = TenantSlug.Parse("acme");
        var password = await Portal.UseAsync<SecretStore, Result<string>>(secrets => secrets.RevealAsync(SecretNames.PortalPrincipal(tenant), Ct));
        await _admin.UpsertScramUserAsync(new KafkaPrincipal(Principals.Portal(tenant), password.Value), Ct);
        await _admin.CreateAclsAsync([.. AclSets.Portal(tenant).Select(Binding)], Ct);
        // the names are those of the portal's tenants, which other tests on these brokers have too
        await _admin.MakeAnewAsync(
        [
            new NewTopic(Payments, 2, 1, new Dictionary<string, string> { ["retention.ms"] = "604800000" }),
            TestTopics.Plain("acme.d.large"), TestTopics.Plain(Big), TestTopics.Plain(Foreign),
        ], Ct);
        await WriteAsync();
        await JoinAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Portal is not null)
        {
            _member?.Dispose();
            await Portal.DisposeAsync();
            await _admin.DeleteTopicsAsync([Payments, "acme.d.large", Big, Foreign], CancellationToken.None);
            await _admin.DeleteAclsAsync([.. AclSets.Portal(TenantSlug.Parse("acme")).Select(Binding)], CancellationToken.None);
            await _admin.DeleteScramUserAsync("acme.portal", CancellationToken.None);
            await _admin.DeleteGroupAsync("globex.readers", CancellationToken.None);
            _admin.Dispose();
        }

        await EndAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The brokers that the portal and the test use; null where there are none.</summary>
    private protected abstract Task<KafkaOptions?> KafkaAsync();

    private protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    private static AclBinding Binding(AclRule rule) => new()
    {
        Pattern = new ResourcePattern
        {
            Type = rule.ResourceType is AclResourceType.Topic ? ResourceType.Topic : ResourceType.Group, Name = rule.ResourceName, ResourcePatternType = ResourcePatternType.Prefixed,
        },
        Entry = new AccessControlEntry { Principal = rule.Principal, Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
    };

    private async Task WriteAsync()
    {
        using var producer = _clients.Producer(null);
        foreach (var number in Enumerable.Range(0, Records))
        {
            producer.Produce(new TopicPartition(Payments, number % 2), new Message<byte[]?, byte[]?>
            {
                Key = number % 10 == 0 ? "\"TR01\""u8.ToArray() : System.Text.Encoding.UTF8.GetBytes($"\"k{number}\""),
                Value = number == 7 ? null : System.Text.Encoding.UTF8.GetBytes($$"""{"N":{{number}}}"""),
                Timestamp = new Timestamp(Begin.AddSeconds(number)),
                Headers = new Headers { { "trace", System.Text.Encoding.UTF8.GetBytes($"t{number}") }, { "raw", [0xff, 0xfe] } },
            });
        }

        foreach (var number in Enumerable.Range(0, BigRecords))
        {
            producer.Produce(Big, new Message<byte[]?, byte[]?> { Key = [(byte)number, 0xff], Value = System.Text.Encoding.UTF8.GetBytes(new string('x', 900_000)) });
        }

        await producer.ProduceAsync(Foreign, new Message<byte[]?, byte[]?> { Key = "a"u8.ToArray(), Value = "globex only"u8.ToArray() }, Ct);
        producer.Flush(Ct);
    }

    private async Task JoinAsync()
    {
        using (var foreign = _clients.Consumer(null, "globex.readers"))
        {
            foreign.Assign(new TopicPartitionOffset(Foreign, 0, 0));
            foreign.Commit([new TopicPartitionOffset(Foreign, 0, 0)]);
        }

        // what it has in a foreign topic is not told to acme, whoever let it read there
        await _admin.SetGroupOffsetsAsync(Group, new Dictionary<TopicPartition, long>
        {
            [new(Payments, 0)] = 140, [new(Payments, 1)] = 150, [new(Foreign, 0)] = 0,
        }, Ct);
        // nobody polls it while the tests run, and however long they take it stays a member
        _member = _clients.Consumer(null, Group, config => (config.ClientId, config.MaxPollIntervalMs) = ("reporting-app", (int)TimeSpan.FromHours(12).TotalMilliseconds));
        _member.Subscribe(Payments);
        await Wait.UntilAsync(() =>
        {
            _member.Consume(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(_member.Assignment.Count == 2);
        });
    }
}

/// <summary>What a tenant's topics and groups are told as, and to whom, whichever broker is behind it.</summary>
public abstract class TopicsContract(TopicsFixture fixture)
{
    private const string Records = $"tenants/acme/topics/{TopicsFixture.Payments}/records";

    private protected TopicsFixture Fixture { get; } = fixture;

    private ApiPortal Portal => Fixture.Portal;

    [Fact]
    public async Task Topics_are_the_tenants_own_with_figures_and_what_is_set()
    {
        var list = await GetAsync("tenants/acme/topics");
        var detail = await GetAsync($"tenants/acme/topics/{TopicsFixture.Payments}");

        Assert.Equal(["acme.d.large", TopicsFixture.Payments, TopicsFixture.Big], list.EnumerateArray().Select(row => row.GetProperty("name").GetString()).Where(name => name!.StartsWith("acme.", StringComparison.Ordinal)));
        Assert.DoesNotContain("globex", list.ToString(), StringComparison.Ordinal);
        var row = list.EnumerateArray().Single(row => row.GetProperty("name").GetString() == TopicsFixture.Payments);
        Assert.Equal(TopicsFixture.Records, row.GetProperty("recordsAtMost").GetInt64());
        Assert.InRange(row.GetProperty("bytes").GetInt64(), 1000, 1_000_000);
        Assert.Equal(604_800_000, row.GetProperty("retentionMs").GetInt64());

        var partitions = detail.GetProperty("partitions").EnumerateArray().ToList();
        Assert.Equal([0, 1], partitions.Select(partition => partition.GetProperty("partition").GetInt32()));
        Assert.All(partitions, partition =>
        {
            Assert.Equal((0, TopicsFixture.Records / 2), (partition.GetProperty("start").GetInt64(), partition.GetProperty("end").GetInt64()));
            Assert.Contains(partition.GetProperty("leader").GetInt32(), partition.GetProperty("inSync").EnumerateArray().Select(broker => broker.GetInt32()));
        });
        var settings = detail.GetProperty("settings").EnumerateArray().ToDictionary(setting => setting.GetProperty("name").GetString()!);
        Assert.True(settings["retention.ms"].GetProperty("isSet").GetBoolean());
        Assert.False(settings["max.message.bytes"].GetProperty("isSet").GetBoolean());
        Assert.Equal("feed payments", string.Join(' ', Users(detail, "writtenBy")));
        Assert.Equal($"group {TopicsFixture.Group}", string.Join(' ', Users(detail, "readBy")));
        Assert.Empty(detail.GetProperty("notObserved").EnumerateArray());
    }

    [Fact]
    public async Task Topic_and_group_of_another_tenant_are_not_found_in_the_words_of_a_missing_one()
    {
        using var member = await Portal.MemberAsync("acme", TenantRole.Admin);
        string[] hidden =
        [
            $"tenants/acme/topics/{TopicsFixture.Foreign}", $"tenants/acme/topics/{TopicsFixture.Foreign}/records", "tenants/acme/groups/globex.readers",
            $"tenants/globex/topics/{TopicsFixture.Foreign}", $"tenants/globex/topics/{TopicsFixture.Foreign}/records", "tenants/globex/topics", "tenants/globex/groups",
        ];
        foreach (var path in hidden)
        {
            var there = await ApiPortal.SendAsync(member, HttpMethod.Get, path);
            var missing = await ApiPortal.SendAsync(member, HttpMethod.Get, path.Replace("globex", "acmeee", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.NotFound, there.Status);
            Assert.Equal(missing.Json.GetProperty("title").GetString()!.Replace("acmeee", "globex", StringComparison.Ordinal), there.Json.GetProperty("title").GetString());
            Assert.DoesNotContain("globex only", there.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Newest_records_come_first_and_pages_lead_to_the_oldest_without_gap_or_double()
    {
        var seen = new List<(int Partition, long Offset)>();
        var ends = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await GetAsync($"{Records}?limit=70&cursor={cursor}");
            seen.AddRange(page.GetProperty("records").EnumerateArray().Select(Place));
            ends.Add(page.GetProperty("end").GetString());
            cursor = page.GetProperty("next").GetString();
        }

        // number n stands in partition n % 2 at n / 2
        Assert.Equal(Enumerable.Range(0, TopicsFixture.Records).Reverse().Select(number => (number % 2, (long)number / 2)), seen);
        Assert.Equal(["Limit", "Limit", "Limit", "Limit", "Whole"], ends);
    }

    [Fact]
    public async Task Records_are_read_by_offset_and_by_time_with_key_value_headers_and_timestamp()
    {
        var byOffset = await GetAsync($"{Records}?partition=1&offset=3&limit=2");
        var byTime = await GetAsync($"{Records}?from={Uri.EscapeDataString(Fixture.Begin.AddSeconds(100).ToString("O"))}&limit=3");
        var gone = await GetAsync($"{Records}?partition=1&offset=9000");

        Assert.Equal([(1, 3L), (1, 4L)], byOffset.GetProperty("records").EnumerateArray().Select(Place));
        var first = byOffset.GetProperty("records")[0];
        Assert.Equal(("\"k7\"", JsonValueKind.Null), (first.GetProperty("key").GetProperty("text").GetString(), first.GetProperty("value").ValueKind));
        Assert.Equal(Fixture.Begin.AddSeconds(7), first.GetProperty("timestamp").GetDateTimeOffset());
        var headers = first.GetProperty("headers").EnumerateArray().ToList();
        Assert.Equal(("trace", "t7", false), Header(headers[0]));
        Assert.Equal(("raw", "//4=", true), Header(headers[1]));
        Assert.Equal([(0, 50L), (1, 50L), (0, 51L)], byTime.GetProperty("records").EnumerateArray().Select(Place));
        Assert.Empty(gone.GetProperty("records").EnumerateArray());
        Assert.Contains("not written yet", gone.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_are_found_by_key_and_the_answer_says_what_was_looked_at()
    {
        var found = await GetAsync($"{Records}?key=TR01&limit=200");
        var asJson = await GetAsync($"{Records}?key={Uri.EscapeDataString("\"TR01\"")}&limit=5");
        var none = await GetAsync($"{Records}?key=nobody");

        Assert.Equal(TopicsFixture.Records / 10, found.GetProperty("records").GetArrayLength());
        Assert.Equal((TopicsFixture.Records, "Whole"), (found.GetProperty("looked").GetInt32(), found.GetProperty("end").GetString()));
        Assert.Equal([(0, 145L), (0, 140L), (0, 135L), (0, 130L), (0, 125L)], asJson.GetProperty("records").EnumerateArray().Select(Place));
        Assert.Empty(none.GetProperty("records").EnumerateArray());
        Assert.Equal([(0L, 150L), (0L, 150L)], none.GetProperty("lookedAt").EnumerateArray().Select(part => (part.GetProperty("from").GetInt64(), part.GetProperty("to").GetInt64())));
    }

    [Fact]
    public async Task Records_too_large_for_one_answer_come_in_several_and_none_is_missing()
    {
        var seen = new List<long>();
        var ends = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await GetAsync($"tenants/acme/topics/{TopicsFixture.Big}/records?cursor={cursor}");
            seen.AddRange(page.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("offset").GetInt64()));
            ends.Add(page.GetProperty("end").GetString());
            cursor = page.GetProperty("next").GetString();
        }

        Assert.Equal(Enumerable.Range(0, TopicsFixture.BigRecords).Reverse().Select(offset => (long)offset), seen);
        Assert.Equal(["Size", "Whole"], ends);
    }

    [Fact]
    public async Task Cancelled_reading_says_so_and_goes_on_where_it_stood()
    {
        using var stop = new CancellationTokenSource();
        var told = new List<ReadingProgress>();
        var cancelled = await ReadAsync(new RecordRequest(Key: "TR01", Limit: 200), progress =>
        {
            told.Add(progress);
            stop.Cancel();
        }, stop.Token);

        Assert.Equal(ReadingEnd.Cancelled, cancelled.End);
        Assert.NotEmpty(told);
        Assert.NotNull(cancelled.Next);
        var rest = await ReadAsync(new RecordRequest(Key: "TR01", Limit: 200, Cursor: cancelled.Next), null, TestContext.Current.CancellationToken);
        Assert.Equal(TopicsFixture.Records / 10, cancelled.Records.Length + rest.Records.Length);

        Task<RecordPage> ReadAsync(RecordRequest request, Action<ReadingProgress>? progress, CancellationToken token) => Portal.UseAsync<TopicRecords, RecordPage>(
            async records => (await records.ReadAsync(Actors.Admin, "acme", TopicsFixture.Payments, request, progress, token)).Value);
    }

    [Fact]
    public async Task Groups_are_found_by_the_beginning_of_their_names_within_the_tenant()
    {
        var found = await Portal.UseAsync<TenantGroups, IReadOnlyList<string>>(groups => groups.NamesAsync(Actors.Admin, "acme", "acme.rep", 5, TestContext.Current.CancellationToken));
        var foreign = await Portal.UseAsync<TenantGroups, IReadOnlyList<string>>(groups => groups.NamesAsync(Actors.Admin, "acme", "globex.", 5, TestContext.Current.CancellationToken));

        Assert.Equal([TopicsFixture.Group], found);
        Assert.Empty(foreign);
    }

    [Fact]
    public async Task Viewer_reads_deliveries_and_not_what_comes_in()
    {
        using var viewer = await Portal.MemberAsync("acme", TenantRole.Viewer);

        var feed = await ApiPortal.SendAsync(viewer, HttpMethod.Get, Records);
        var delivery = await ApiPortal.SendAsync(viewer, HttpMethod.Get, "tenants/acme/topics/acme.d.large/records");
        var figures = await ApiPortal.SendAsync(viewer, HttpMethod.Get, $"tenants/acme/topics/{TopicsFixture.Payments}");

        feed.IsProblem(HttpStatusCode.Forbidden, "NotAllowed");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (delivery.Status, figures.Status));
    }

    [Fact]
    public async Task Who_reads_records_stands_in_the_audit_log_once_and_who_looks_at_figures_does_not()
    {
        using var member = await Portal.MemberAsync("acme", TenantRole.Author);
        await ApiPortal.SendAsync(member, HttpMethod.Get, $"tenants/acme/topics/{TopicsFixture.Payments}");
        Assert.Equal(0, await CountAsync());

        await ApiPortal.SendAsync(member, HttpMethod.Get, $"{Records}?partition=7");
        Assert.Equal(0, await CountAsync());
        await ApiPortal.SendAsync(member, HttpMethod.Get, Records);
        await ApiPortal.SendAsync(member, HttpMethod.Get, $"{Records}?key=TR01");
        Assert.Equal(1, await CountAsync());

        Task<int> CountAsync() => Portal.UseAsync<PioneerDbContext, int>(db => db.AuditEntries.CountAsync(
            row => row.Action == "RecordsRead" && row.SubjectKind == "topic" && row.Subject == TopicsFixture.Payments && row.ActorName.Contains("Author of acme"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Groups_are_the_tenants_own_with_members_and_lag_per_partition()
    {
        var list = await GetAsync("tenants/acme/groups");
        // the portal looks for the times of records for two seconds, and says nothing of those that have not come by then
        var group = await Wait.ForAsync(
            "the time of the oldest unread record", () => GetAsync($"tenants/acme/groups/{TopicsFixture.Group}"),
            group => group.GetProperty("partitions")[0].GetProperty("oldestUnreadAt").ValueKind is JsonValueKind.String);

        Assert.DoesNotContain("globex", list.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("globex", group.ToString(), StringComparison.Ordinal);
        var row = list.EnumerateArray().Single(row => row.GetProperty("name").GetString() == TopicsFixture.Group);
        Assert.Equal(("Stable", 1, 10L), (row.GetProperty("state").GetString(), row.GetProperty("members").GetInt32(), row.GetProperty("lag").GetInt64()));
        var member = Assert.Single(group.GetProperty("members").EnumerateArray());
        Assert.Equal("reporting-app", member.GetProperty("clientId").GetString());
        Assert.NotEmpty(member.GetProperty("host").GetString()!);
        Assert.Equal(2, member.GetProperty("partitions").GetArrayLength());
        Assert.Equal(
            [(0, 140L, 150L, 10L), (1, 150L, 150L, 0L)],
            group.GetProperty("partitions").EnumerateArray().Select(partition => (
                partition.GetProperty("partition").GetInt32(), partition.GetProperty("committed").GetInt64(), partition.GetProperty("end").GetInt64(),
                partition.GetProperty("lag").GetInt64())));
        Assert.Equal(
            [Fixture.Begin.AddSeconds(280), null],
            group.GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("oldestUnreadAt") is { ValueKind: JsonValueKind.String } at ? at.GetDateTimeOffset() : (DateTimeOffset?)null));
        Assert.Empty(group.GetProperty("group").GetProperty("notObserved").EnumerateArray());
    }

    private static (int, long) Place(JsonElement record) => (record.GetProperty("partition").GetInt32(), record.GetProperty("offset").GetInt64());

    private static (string?, string?, bool) Header(JsonElement header) =>
        (header.GetProperty("name").GetString(), header.GetProperty("value").GetProperty("text").GetString(), header.GetProperty("value").GetProperty("isBase64").GetBoolean());

    private static IEnumerable<string> Users(JsonElement topic, string which) =>
        topic.GetProperty(which).EnumerateArray().Select(user => $"{user.GetProperty("kind").GetString()} {user.GetProperty("name").GetString()}");

    /// <summary>The answer, asked for again while a part of the platform was not seen: the portal waits two seconds for a broker, and says so.</summary>
    private async Task<JsonElement> GetAsync(string path)
    {
        var answer = await Wait.ForAsync(
            $"all of {path} to be observed", () => ApiPortal.SendAsync(Portal.Admin, HttpMethod.Get, path),
            answer => answer.Status is not HttpStatusCode.ServiceUnavailable && !IsUnseen(answer.Json));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    private static bool IsUnseen(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Array => answer.EnumerateArray().Any(IsUnseen),
        JsonValueKind.Object => answer.EnumerateObject().Any(property => IsUnseen(property.Value)
            || (property.Name is "notObserved" && property.Value is { ValueKind: JsonValueKind.Array } unseen && unseen.GetArrayLength() > 0)
            || (property.Name is "notes" && property.Value.ToString().Contains("was not looked at", StringComparison.Ordinal))),
        _ => false,
    };
}

/// <summary>On the embedded broker.</summary>
public sealed class EmbeddedTopicsFixture : TopicsFixture
{
    private BrokerHarness? _broker;

    private protected override async Task<KafkaOptions?> KafkaAsync() => (_broker = await BrokerHarness.StartAsync()).Options;

    private protected override ValueTask EndAsync() => _broker!.DisposeAsync();
}

/// <summary>On the embedded broker.</summary>
public sealed class EmbeddedTopicsTests(EmbeddedTopicsFixture fixture) : TopicsContract(fixture), IClassFixture<EmbeddedTopicsFixture>;

/// <summary>On three secured Apache Kafka nodes.</summary>
public sealed class ApacheTopicsFixture(SharedKafka kafka) : TopicsFixture
{
    private protected override Task<KafkaOptions?> KafkaAsync() => Task.FromResult(kafka.Missing is null ? kafka.Options : null);
}

/// <summary>On three secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheTopicsTests : TopicsContract, IClassFixture<ApacheTopicsFixture>
{
    public ApacheTopicsTests(SharedKafka kafka, ApacheTopicsFixture fixture) : base(fixture) => Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
}
