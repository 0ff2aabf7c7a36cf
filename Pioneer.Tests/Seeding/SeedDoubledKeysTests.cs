using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
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
/// Somebody gave a topic that keeps state one more partition: rows that change from then on go to other partitions, beside their old values. Neither may an
/// old value be delivered for the state, nor a certificate hold for what cannot be known.
/// </summary>
public sealed class SeedDoubledKeysTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Before = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), After = Before + TimeSpan.FromHours(1);

    private readonly SeedTarget _target = new(
        new SeedRunId(Guid.NewGuid()), TenantSlug.Parse("acme"), "accounts", "acme_", "ACME__ACCOUNTS_V1", "acme.t.accounts",
        [new KsqlColumnSpec("ID", "STRING", IsKey: true), new KsqlColumnSpec("NAME", "STRING", IsKey: false)], "acme.d.accounts", "SINK",
        "SELECT * FROM ACME__ACCOUNTS EMIT CHANGES;", null)
    { SourceTable = "accounts" };

    private readonly string[] _accounts = [.. Enumerable.Range(0, 30).Select(number => $"\"TR{number:00}\"")];
    private BrokerHarness _broker = null!;
    private KafkaClients _clients = null!;
    private KafkaAdmin _admin = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TopicFold Fold => new(_clients, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        _clients = new KafkaClients(Options.Create(_broker.Options), NullLogger<KafkaClients>.Instance);
        _admin = new KafkaAdmin(_clients, TimeProvider.System, NullLogger<KafkaAdmin>.Instance);
        await _broker.CreateTopicAsync(_target.SourceTopic, 2);
        await _broker.CreateTopicAsync(_target.DeliveryTopic, 1);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Newest_record_of_the_whole_topic_is_seeded_and_the_certificate_names_the_keys_and_does_not_hold()
    {
        await WriteAsync(_target.SourceTopic, _accounts, "old", Before);
        await GrowAsync();
        await WriteAsync(_target.SourceTopic, _accounts, "new", After);

        var (seeded, certificate) = await SeedAsync();

        Assert.Equal(_accounts, seeded.Select(row => row.Key).Order());
        Assert.All(seeded, row => Assert.Contains("\"new\"", row.Value, StringComparison.Ordinal));
        Assert.Equal((30, 30, 30), (certificate.SourceKeys, certificate.ExpectedRows, certificate.DeliveredRows));
        Assert.Equal(certificate.ExpectedChecksum, certificate.DeliveredChecksum);
        Assert.False(certificate.Holds);
        Assert.InRange(certificate.DoubledKeys, 1, 30);
        Assert.Matches("^\"TR\\d\\d\" in partitions [012] and [012]$", certificate.Doubled[0]);
        Assert.Contains(certificate.Doubled[0], certificate.Summary, StringComparison.Ordinal);
        Assert.Contains("Rebuild the topic", certificate.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_that_was_deleted_in_another_partition_is_not_seeded()
    {
        await WriteAsync(_target.SourceTopic, _accounts, "old", Before);
        await GrowAsync();
        await WriteAsync(_target.SourceTopic, _accounts, null, After);

        var (seeded, certificate) = await SeedAsync();

        Assert.Empty(seeded);
        Assert.Equal(0, certificate.SourceKeys);
        Assert.False(certificate.Holds);
    }

    [Fact]
    public async Task Certificate_that_holds_names_topic_offsets_age_and_what_was_not_compared()
    {
        await WriteAsync(_target.SourceTopic, _accounts, "only", Before);

        var (_, certificate) = await SeedAsync();

        Assert.True(certificate.Holds, certificate.Summary);
        var compared = certificate.Compared!;
        Assert.Equal((_target.SourceTopic, 30, Before, _target.DeliveryTopic, false), (
            compared.SourceTopic, compared.SourceOffsets.Sum(), compared.NewestRecordAt, compared.DeliveryTopic, compared.SourceTableRead));
        Assert.Contains(
            $"equal to what the query makes of the topic acme.t.accounts (partition {compared.Offsets}, newest record of 2026-11-01 00:00:00 UTC). "
                + "It was not compared with the source's table 'accounts'.",
            certificate.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_names_the_last_comparison_with_the_table_and_its_age()
    {
        var compared = new SeedComparison(_target.SourceTopic, [12], Before, _target.DeliveryTopic, "accounts", SourceTableRead: false)
        {
            LastWithTable = new TableComparison(Before, "'accounts' held 12 keys of the tenant; none was gone from it."),
        };

        Assert.EndsWith(
            "It was last compared with the source's table 'accounts' by the batch run of 2026-11-01 00:00:00 UTC, 3 h before: 'accounts' held 12 keys of the tenant; none was gone from it. "
                + "What the table did since is not in it.",
            compared.ToText(Before.AddHours(3)), StringComparison.Ordinal);
        Assert.EndsWith("It was not compared with the source's table 'accounts'.", (compared with { LastWithTable = null }).ToText(Before.AddHours(3)), StringComparison.Ordinal);
        var json = System.Text.Json.JsonSerializer.Serialize(compared, SeedCertificate.Json);
        Assert.Equal(compared.LastWithTable, System.Text.Json.JsonSerializer.Deserialize<SeedComparison>(json, SeedCertificate.Json)!.LastWithTable);
    }

    /// <summary>Copies the state, delivers it as SELECT * would, and takes the certificate.</summary>
    private async Task<(List<(string Key, string Value)> Seeded, SeedCertificate Certificate)> SeedAsync()
    {
        var partitions = (await _admin.PartitionCountsAsync([_target.SourceTopic], Ct))[_target.SourceTopic];
        var ends = await _admin.EndOffsetsAsync([.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(_target.SourceTopic, partition))], Ct);
        var cut = new SeedCut([.. Enumerable.Range(0, partitions).Select(partition => ends[new TopicPartition(_target.SourceTopic, partition)])], [0]);
        var rows = await new SeedStateCopier(_admin, _clients, Fold, TimeProvider.System).CopyAsync(_target, 1, cut, _ => Task.CompletedTask, Ct);
        var seeded = await ReadAsync(_target.SeedTopic(1), rows);
        using var producer = _broker.Producer();
        foreach (var (key, value) in seeded)
        {
            await producer.ProduceAsync(_target.DeliveryTopic, new Message<string, string> { Key = key, Value = value }, Ct);
        }

        var verifier = new SeedVerifier(_admin, Fold, new SeedDeliveryReader(_clients, TimeProvider.System), TimeProvider.System);
        return (seeded, await verifier.VerifyAsync(_target, cut, Ct));
    }

    private async Task<List<(string Key, string Value)>> ReadAsync(string topic, long count)
    {
        using var consumer = _broker.Consumer("seed-doubled");
        consumer.Subscribe(topic);
        var rows = new List<(string Key, string Value)>();
        await Task.Run(() =>
        {
            while (rows.Count < count && !Ct.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromSeconds(1)) is { Message: { } message })
                {
                    rows.Add((message.Key, message.Value));
                }
            }
        }, Ct);
        return rows;
    }

    private async Task GrowAsync() =>
        await _broker.Admin().CreatePartitionsAsync([new PartitionsSpecification { Topic = _target.SourceTopic, IncreaseTo = 3 }]);

    private async Task WriteAsync(string topic, IEnumerable<string> keys, string? name, DateTimeOffset at)
    {
        using var producer = _clients.Producer((KafkaPrincipal?)null);
        await Task.WhenAll(keys.Select(key => producer.ProduceAsync(topic, new Message<byte[]?, byte[]?>
        {
            Key = Encoding.UTF8.GetBytes(key),
            Value = name is null ? null : Encoding.UTF8.GetBytes($$"""{"NAME":"{{name}}"}"""),
            Timestamp = new Timestamp(at),
        }, Ct)));
    }
}
