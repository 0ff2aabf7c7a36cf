using System.Text;
using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Embedded.KsqlServer;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>Rows without activity for longer than a delivery topic keeps records, seeded on Apache Kafka: what its retention leaves of them.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ApacheKafkaSeedRetentionTests : IAsyncLifetime
{
    private const string Week = "604800000", Service = "default_";
    private static readonly int[] DaysAgo = [400, 30, 0];

    private readonly SharedKafka _kafka;
    private readonly SeedTarget _target;
    private readonly string _source, _expiring;
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-seed-retention-").FullName;
    private Pioneer.Embedded.Ksql.KsqlServer _ksql = null!;
    private JobsHost _host = null!;

    public ApacheKafkaSeedRetentionTests(SharedKafka kafka)
    {
        Assert.SkipWhen(kafka.Missing is not null, kafka.Missing ?? "");
        Assert.SkipUnless(kafka.IsOurs, "PIONEER_TEST_KAFKA names a cluster that the test has not started: when it looks for what retention deletes is not known.");
        _kafka = kafka;
        var tenant = TenantSlug.Parse($"kept{Random.Shared.Next(100_000, 999_999)}");
        var name = tenant.Value.ToUpperInvariant();
        (_source, _expiring) = ($"{name}__ACCOUNTS", TopicNames.Feed(tenant, "expiring"));
        _target = new SeedTarget(
            new SeedRunId(Guid.NewGuid()), tenant, "accounts", Service, $"{name}__ACCOUNTS_V1", TopicNames.Feed(tenant, "accounts"),
            [new KsqlColumnSpec("ID", "STRING", IsKey: true), new KsqlColumnSpec("NAME", "STRING", IsKey: false)], TopicNames.Delivery(tenant, "accounts"), $"{name}__SINK",
            $"SELECT * FROM {_source} EMIT CHANGES;", null);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KafkaAdmin Admin => _host.Get<KafkaAdmin>();

    public async ValueTask InitializeAsync()
    {
        _ksql = await KsqlOnApacheKafka.StartAsync(_kafka.Connection, _folder);
        var url = _ksql.Url.ToString();
        _host = await JobsHost.StartAsync(_folder, _kafka.Options, url, url, services => services.AddSeeding(), ($"Ksql:Services:{Service}", url));
        await Admin.MakeAsync(
        [
            new NewTopic(_target.SourceTopic, 1, 3, new Dictionary<string, string> { ["cleanup.policy"] = "compact" }),
            new NewTopic(_target.DeliveryTopic, 1, 3, new Dictionary<string, string> { ["retention.ms"] = Week, ["message.timestamp.type"] = "LogAppendTime" }),
        ], Ct);
        // by the rows' own time, one partition on each node
        await _kafka.ToolAsync("topics", "--create", "--topic", _expiring, "--replica-assignment", "1,2,3", "--config", $"retention.ms={Week}", "--config", "min.insync.replicas=1");
        foreach (var days in DaysAgo)
        {
            await WriteAsync(new TopicPartition(_target.SourceTopic, 0), days);
        }

        await DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // a test that failed has its own words: what is left of it is taken away as far as it can be
        await Record.ExceptionAsync(() => _ksql.RunAsync($"TERMINATE {_target.LiveQueryId};"));
        await Record.ExceptionAsync(() => Admin.DeleteTopicsAsync([_target.SourceTopic, _target.DeliveryTopic, _target.SeedTopic(1), _expiring], Ct));
        await _host.DisposeAsync();
        await _ksql.DisposeAsync();
        TestFolder.Delete(_folder);
    }

    [Fact]
    public async Task Seeded_rows_of_30_and_400_days_ago_stand_after_the_checks_of_every_node()
    {
        var actions = _host.Get<SeedActions>();
        Assert.IsType<SeedEvent.Succeeded>(await actions.PauseLiveAsync(_target, Ct));
        var cut = Assert.IsType<SeedEvent.CutTaken>(await actions.TakeCutAsync(_target, Ct)).Cut;
        Assert.IsType<SeedEvent.StateCopied>(await actions.CopyStateAsync(_target, new SeedAction.CopyState(1, cut), _ => Task.CompletedTask, Ct));

        // the private topic, while a run takes long
        await EveryNodeChecksAsync();
        Assert.Equal((0, DaysAgo.Length), (await Admin.OffsetsAsync(_target.SeedTopic(1), Ct))[0]);

        Assert.IsType<SeedEvent.Succeeded>(await actions.StartSeedQueryAsync(_target, 1, Ct));
        var patience = new DrainWatch(TimeProvider.System);
        Assert.IsType<SeedEvent.Succeeded>(await Wait.ForAsync(
            "the seed query to be through", () => actions.AwaitDrainedAsync(_target, 1, patience, Ct), happened => happened is not null));
        await actions.StopSeedQueryAsync(_target, 1, Ct);
        await actions.WriteCompletionAsync(_target, Ct);
        await actions.ResumeLiveAsync(_target, Ct);
        var certificate = await _host.Get<SeedVerifier>().VerifyAsync(_target, cut, Ct);

        // the delivery topic, after the certificate
        await EveryNodeChecksAsync();
        var later = await _host.Get<SeedVerifier>().VerifyAsync(_target, cut, Ct);

        Assert.All([certificate, later], held =>
        {
            Assert.True(held.Holds, held.Summary);
            Assert.Equal((DaysAgo.Length, certificate.ExpectedChecksum), (held.DeliveredRows, held.DeliveredChecksum));
        });
        Assert.Equal(0, (await Admin.OffsetsAsync(_target.DeliveryTopic, Ct))[0].Start);
        Assert.InRange(later.Retention!.StandsUntil!.Value, later.TakenAt.AddDays(6), later.TakenAt.AddDays(7));
    }

    /// <summary>
    /// Returns when each node has looked at all its logs after the call: an old row of its own was deleted three times, so the second look lies wholly
    /// between the first and the third.
    /// </summary>
    private async Task EveryNodeChecksAsync()
    {
        for (var check = 1; check <= 3; check++)
        {
            var before = await Admin.OffsetsAsync(_expiring, Ct);
            foreach (var partition in before.Keys)
            {
                await WriteAsync(new TopicPartition(_expiring, partition), days: 30);
            }

            await Wait.UntilAsync(async () => (await Admin.OffsetsAsync(_expiring, Ct)).All(now => now.Value.Start == before[now.Key].End + 1));
        }
    }

    /// <summary>The subscription as it runs: its query begins at the end of the feed.</summary>
    private async Task DeployAsync()
    {
        await _ksql.RunAsync(KsqlStatements.CreateStream(new KsqlStreamSpec(Service, _source, _target.SourceTopic, _target.SourceColumns)));
        await _ksql.RunAsync(KsqlStatements.CreateStream(new KsqlStreamSpec(Service, _target.SinkObject, _target.DeliveryTopic, _target.SourceColumns)));
        await Admin.SetGroupOffsetsAsync(_target.LiveGroup, new Dictionary<TopicPartition, long> { [new TopicPartition(_target.SourceTopic, 0)] = DaysAgo.Length }, Ct);
        await _ksql.RunAsync(KsqlStatements.InsertInto(_target.SinkObject, _target.LiveQueryId, _target.Select));
    }

    private async Task WriteAsync(TopicPartition partition, int days)
    {
        using var producer = _host.Get<KafkaClients>().Producer(null);
        await producer.ProduceAsync(partition, new Message<byte[]?, byte[]?>
        {
            Key = Encoding.UTF8.GetBytes($"\"A{days}\""),
            Value = Encoding.UTF8.GetBytes($$"""{"NAME":"{{days}} days ago"}"""),
            Timestamp = new Timestamp(TimeProvider.System.GetUtcNow().AddDays(-days)),
        }, Ct);
    }
}
