using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Sources;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>RUNNING is not delivering: what is told of a connector beside Connect's own word.</summary>
public sealed class ConnectorHealthTests
{
    private const string Topic = EvidenceBuilder.Topic;
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;

    private readonly PlatformPicture _picture = new();

    [Fact]
    public void Connector_that_runs_without_its_source_is_told_with_since_when_and_the_last_record()
    {
        Look([new ConnectorEvidence(Topic, "RUNNING", [new TaskEvidence(0, "RUNNING")], null)]);
        _picture.ShowSources([new SourceState("bank", ["payments"], new SourceContact(Noon, SourceContactKind.Unreachable, null, TimeSpan.Zero), Noon.AddMinutes(-9), Noon.AddMinutes(-8))]);
        _picture.ShowFindings([new Finding(Scenario.SourceUnavailable, "Source bank", "Source bank cannot be reached", "10.0.0.7", ["acme"]) { Since = Noon.AddMinutes(-8) }]);
        var round = new EvidenceBuilder().Build();
        _picture.Show(round with { Cluster = round.Cluster! with { Topics = [round.Cluster.Topics[0] with { Partitions = [new PartitionEvidence(0, 0, 5, 5, Noon.AddMinutes(-7)), new PartitionEvidence(1, 0, 2, 2)] }] } });

        Assert.Equal(
            new ConnectorHealth("RUNNING", Noon, 1, 1, Noon.AddMinutes(-9), Noon.AddMinutes(-7), "Source bank cannot be reached", Noon.AddMinutes(-8)),
            ConnectorHealth.Of(_picture, Topic, "bank"));
    }

    [Fact]
    public void Connector_is_not_observed_rather_than_missing_when_connect_does_not_answer()
    {
        Look(null);
        Assert.Equal("NOT_OBSERVED", ConnectorHealth.Of(_picture, Topic, "bank").State);

        Look([]);
        Assert.Equal("MISSING", ConnectorHealth.Of(_picture, Topic, "bank").State);
    }

    [Fact]
    public void Rows_that_were_left_out_are_told_and_are_not_observed_where_the_worker_does_not_tell()
    {
        var skipped = new SkippedRows(3, Noon, "row with ID=2", "'n/a' is no number.");
        var connector = new ConnectorEvidence(Topic, "RUNNING", [new TaskEvidence(0, "RUNNING")], null);

        Look([connector with { Skipped = skipped }]);
        Assert.Equal(skipped, ConnectorHealth.Of(_picture, Topic, "bank").Skipped);

        Look([connector]);
        Assert.Null(ConnectorHealth.Of(_picture, Topic, "bank").Skipped);
    }

    [Fact]
    public void Progress_is_told_to_all_who_see_the_connector_but_its_errors_only_to_the_platforms_people()
    {
        var position = new ConnectorPosition(new SourceMark(SourceInstant.FromUnixMs(1_700_000_000_123), 7));
        var progress = new ConnectorProgress(Noon.AddHours(-1), Noon, 12, Noon.AddMinutes(-5), Noon.AddMinutes(-9), "10.0.0.7 refused", position);
        var connector = new ConnectorEvidence(Topic, "RUNNING", [new TaskEvidence(0, "RUNNING")], null);

        Look([connector with { Progress = progress }]);
        var health = ConnectorHealth.Of(_picture, Topic, "bank");
        Assert.Equal((progress, progress with { LastError = null }), (health.Progress, health.ForTenants().Progress));
        Assert.Equal("2023-11-14T22:13:20.123Z, number 7", position.ToText());

        Look([connector]);
        Assert.Null(ConnectorHealth.Of(_picture, Topic, "bank").Progress);
    }

    [Theory]
    [InlineData("""{"incrementing":7,"timestamp":1700000000123,"timestamp_nanos":123456000}""", "2023-11-14T22:13:20.123456Z, number 7")]
    [InlineData("""{"timestamp":1700000000123}""", "2023-11-14T22:13:20.123Z")]
    [InlineData("""{"incrementing":7,"numbers_read":[6,7]}""", "number 7")]
    [InlineData("""{"lsn":4711}""", null)]
    public void Position_is_read_as_ours_and_the_real_connector_keep_it(string offset, string? text)
    {
        using var json = System.Text.Json.JsonDocument.Parse(offset);
        Assert.Equal(text, Pioneer.Jobs.Connect.WorkerProgress.Position([json.RootElement])?.ToText());
        Assert.Null(Pioneer.Jobs.Connect.WorkerProgress.Position([json.RootElement, json.RootElement]));
    }

    [Fact]
    public void Rows_of_several_tasks_are_added_with_the_last_of_all()
    {
        var last = new SkippedRows(1, Noon, "row with ID=9", "too large.");

        Assert.Equal(last with { Count = 3 }, SkippedRows.Sum([new SkippedRows(2, Noon.AddMinutes(-1), "row with ID=2", "no number."), last, new SkippedRows(0, null, null, null)]));
        Assert.Null(SkippedRows.Sum([]));
    }

    private void Look(System.Collections.Immutable.ImmutableArray<ConnectorEvidence>? connectors) => _picture.Show(new QuickLook(Noon, new BrokerLook(1, 1), connectors));
}
