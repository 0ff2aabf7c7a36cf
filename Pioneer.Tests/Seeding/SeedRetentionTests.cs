using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Seeding;
using Pioneer.Tests.Embedded.BrokerClients;
using Xunit;

namespace Pioneer.Tests.Seeding;

/// <summary>
/// Rows that had no activity for longer than a delivery topic keeps records. A topic that counts by the rows' own time deletes them at the broker's next check
/// (real-behaviour P1), so such rows are delivered only where the topic counts from the writing, and the certificate says until when they stand.
/// </summary>
public sealed class SeedRetentionTests : IAsyncLifetime
{
    private const string ByRowTime = "acme.d.by-row-time", FromWriting = "acme.d.from-writing";
    private const long WeekMs = 7L * 24 * 60 * 60 * 1000;
    private static readonly int[] DaysAgo = [400, 30, 0];

    private BrokerHarness _broker = null!;
    private KafkaClients _clients = null!;
    private KafkaAdmin _admin = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        _clients = new KafkaClients(Options.Create(_broker.Options), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        var week = ("retention.ms", $"{WeekMs}");
        await _broker.CreateTopicAsync("acme.t.accounts", 1, ("cleanup.policy", "compact"));
        await _broker.CreateTopicAsync(ByRowTime, 1, week);
        await _broker.CreateTopicAsync(FromWriting, 1, week, ("message.timestamp.type", "LogAppendTime"));
        foreach (var topic in new[] { "acme.t.accounts", FromWriting, ByRowTime })
        {
            await WriteAsync(topic);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Rows_of_30_and_400_days_ago_stand_after_the_next_check_where_the_topic_counts_from_the_writing()
    {
        // the embedded broker looks for the first time 30 seconds after its start, which comes when all rows are there; it rolls by record timestamps as Kafka does
        await _broker.RestartAsync();

        await Wait.UntilAsync(async () => (await _admin.OffsetsAsync(ByRowTime, Ct))[0].Start == 2);

        Assert.Equal((0, 3), (await _admin.OffsetsAsync(FromWriting, Ct))[0]);
    }

    [Fact]
    public async Task Certificate_says_until_when_the_rows_stand()
    {
        var before = TimeProvider.System.GetUtcNow();

        var certificate = await CertifyAsync(FromWriting);

        Assert.True(certificate.Holds, certificate.Summary);
        Assert.InRange(certificate.Retention!.StandsUntil!.Value, before.AddDays(7).AddMinutes(-5), before.AddDays(7).AddMinutes(5));
        Assert.EndsWith($" The rows stand until {certificate.Retention.StandsUntil:yyyy-MM-dd HH:mm} UTC at least.", certificate.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_does_not_hold_for_rows_that_the_next_check_deletes()
    {
        var certificate = await CertifyAsync(ByRowTime);

        Assert.Equal((3, certificate.ExpectedChecksum), (certificate.DeliveredRows, certificate.DeliveredChecksum));
        Assert.False(certificate.Holds);
        Assert.Contains("deletes at its next check: it keeps records for 7 days by their own time", certificate.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete", "604800000", "CreateTime", true)]
    [InlineData("delete", "604800000", "LogAppendTime", false)]
    [InlineData("compact,delete", "604800000", "CreateTime", true)]
    [InlineData("compact", "604800000", "CreateTime", false)]
    [InlineData("delete", "-1", "CreateTime", false)]
    public void Topic_deletes_by_row_time_when_it_deletes_by_time_and_does_not_stamp(string policy, string retention, string type, bool deletes) =>
        Assert.Equal(deletes, SeedRetention.Of(new Dictionary<string, string>
        {
            ["cleanup.policy"] = policy, ["retention.ms"] = retention, ["retention.bytes"] = "-1", ["message.timestamp.type"] = type,
        }).DeletesByRowTime);

    private async Task<SeedCertificate> CertifyAsync(string delivery)
    {
        var target = new SeedTarget(
            new SeedRunId(Guid.NewGuid()), TenantSlug.Parse("acme"), "accounts", "acme_", "ACME__ACCOUNTS_V1", "acme.t.accounts",
            [new KsqlColumnSpec("ID", "STRING", IsKey: true), new KsqlColumnSpec("NAME", "STRING", IsKey: false)], delivery, "SINK",
            "SELECT * FROM ACME__ACCOUNTS EMIT CHANGES;", null);
        var fold = new TopicFold(_clients, TimeProvider.System);
        return await new SeedVerifier(_admin, fold, new SeedDeliveryReader(_clients, TimeProvider.System), TimeProvider.System).VerifyAsync(target, new SeedCut([3], [0]), Ct);
    }

    private async Task WriteAsync(string topic)
    {
        using var producer = _broker.Producer();
        foreach (var days in DaysAgo)
        {
            await producer.ProduceAsync(topic, new Message<string, string>
            {
                Key = $"\"A{days}\"",
                Value = $$"""{"NAME":"{{days}} days ago"}""",
                Timestamp = new Timestamp(TimeProvider.System.GetUtcNow().AddDays(-days)),
            }, Ct);
        }
    }
}
