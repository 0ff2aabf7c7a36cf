using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>What of a tenant's ways does not move, though everything says RUNNING.</summary>
public sealed class FlowFindingsTests
{
    private const string Topic = EvidenceBuilder.Topic;
    private static readonly DateTimeOffset Noon = EvidenceBuilder.Noon;
    private static readonly StoppedOnPurpose OnPurpose = new(Noon.AddHours(-1), "Ada");

    [Fact]
    public void Flow_that_moves_has_no_findings() => Assert.Empty(Find(new EvidenceBuilder().Build()));

    [Fact]
    public void Query_is_missing_only_where_its_own_service_answered()
    {
        var flow = EvidenceBuilder.Flow with { Hops = [.. EvidenceBuilder.Flow.Hops.Select(hop => hop is FlowHop.Reading reading ? reading with { Service = "acme_" } : hop)] };
        var round = new EvidenceBuilder().WithQuery("ANOTHER_V1").Build();

        Assert.Contains(FlowFindings.Of(flow, round, null, Noon), finding => (finding.Scenario, finding.Service) == (Scenario.QueryStands, "acme_"));
        Assert.Empty(FlowFindings.Of(flow, round with { UnseenServices = [new UnseenService("acme_", "HTTP 503", null)] }, null, Noon));
        Assert.Contains(FlowFindings.Of(flow, round with { UnseenServices = [new UnseenService("globex_", "HTTP 503", null)] }, null, Noon), finding => finding.Scenario == Scenario.QueryStands);
    }

    [Fact]
    public void Topic_that_the_brokers_do_not_have_is_missing_unless_it_only_was_not_described()
    {
        var gone = Without(new EvidenceBuilder().Build());
        var undescribed = gone with { Cluster = gone.Cluster! with { Unseen = [new UnseenEvidence(Topic, "Not authorised.")] } };

        Assert.Equal(("S20", Topic), Assert.Single(Find(gone)).Key);
        Assert.Empty(Find(undescribed));
    }

    [Theory]
    [InlineData("MISSING", "is missing")]
    [InlineData("PAUSED", "stands still")]
    [InlineData("UNASSIGNED", "does not run")]
    public void Connector_that_is_wanted_to_run_and_does_not_is_found(string state, string what)
    {
        var found = Assert.Single(Find(new EvidenceBuilder().Build(), state));

        Assert.Equal((("S11", Topic), $"Connector {Topic} {what}"), (found.Key, found.Title));
    }

    [Theory]
    [InlineData(2, 60, "2 rows of acme.t.payments left out")]
    [InlineData(1, 23 * 60, "1 row of acme.t.payments left out")]
    [InlineData(2, 25 * 60, null)]
    [InlineData(0, 0, null)]
    public void Rows_that_were_left_out_are_a_finding_for_a_day(int count, int minutesAgo, string? title)
    {
        var connectors = Connectors("RUNNING");
        connectors[Topic] = connectors[Topic] with { Skipped = new SkippedRows(count, count == 0 ? null : Noon.AddMinutes(-minutesAgo), "row with ID=2", "'n/a' is no number.") };

        var found = FlowFindings.Of(EvidenceBuilder.Flow, new EvidenceBuilder().Build(), connectors, Noon).SingleOrDefault();

        Assert.Equal(title, found?.Title);
        Assert.Equal(title is null ? null : $"{Plural.Of(count, "row")} left out since the start, last: row with ID=2: 'n/a' is no number.", found?.Reason);
    }

    [Theory]
    [InlineData(2, 60, 0, 0, "2 rows left out by LARGE_V1", "2 rows left out since 2026-11-23 09:00 UTC, last: acme.t.payments, partition 0, offset 7: AMOUNT: 'n/a' is no DECIMAL(18, 2)")]
    [InlineData(1, 23 * 60, 3, 10, "1 row left out by LARGE_V1",
        "1 row left out since 2026-11-23 09:00 UTC, last: acme.t.payments, partition 0, offset 7: AMOUNT: 'n/a' is no DECIMAL(18, 2). "
        + "3 values failed and are NULL since 2026-11-23 09:00 UTC, last: acme.t.payments, partition 0, offset 9: N: no number")]
    [InlineData(2, 25 * 60, 1, 60, "1 value of LARGE_V1 is NULL because it could not be computed",
        "1 value failed and is NULL since 2026-11-23 09:00 UTC, last: acme.t.payments, partition 0, offset 9: N: no number")]
    [InlineData(2, 25 * 60, 3, 25 * 60, null, null)]
    [InlineData(0, 0, 0, 0, null, null)]
    public void Rows_that_a_query_left_out_and_values_that_failed_are_a_finding_for_a_day(
        int skipped, int skippedMinutesAgo, int failed, int failedMinutesAgo, string? title, string? reason)
    {
        var found = Find(WithFaults(
            new SkippedRows(skipped, skipped == 0 ? null : Noon.AddMinutes(-skippedMinutesAgo), $"{Topic}, partition 0, offset 7", "AMOUNT: 'n/a' is no DECIMAL(18, 2)") { Since = Noon.AddHours(-3) },
            new FailedValues(failed, failed == 0 ? null : Noon.AddMinutes(-failedMinutesAgo), $"{Topic}, partition 0, offset 9", "N: no number", Noon.AddHours(-3)))).SingleOrDefault();

        Assert.Equal((title, reason), (found?.Title, found?.Reason));
        Assert.True(found is null || found.Scenario.IsAboutRows);
    }

    [Fact]
    public void Query_of_a_ksqldb_that_tells_no_faults_has_no_finding() => Assert.Empty(Find(WithFaults(null, null)));

    private static EvidenceRound WithFaults(SkippedRows? skipped, FailedValues? failed)
    {
        var round = new EvidenceBuilder().Build();
        return round with { Queries = [round.Queries!.Value.Single() with { Skipped = skipped, FailedValues = failed }] };
    }

    [Theory]
    [InlineData(500, 61, true)]
    [InlineData(500, 59, false)]
    [InlineData(60_000, 61, false)]
    [InlineData(60_000, 121, true)]
    [InlineData(null, 86_400, false)]
    public void Connector_whose_source_has_not_answered_it_for_a_minute_is_found_with_its_last_error(int? asksEvery, int secondsAgo, bool isFound)
    {
        var flow = EvidenceBuilder.Flow with { Hops = [EvidenceBuilder.Flow.Ingestions.Single() with { AsksEvery = asksEvery is { } ms ? TimeSpan.FromMilliseconds(ms) : null }] };
        var reached = Noon.AddSeconds(-secondsAgo);
        var connectors = Connectors("RUNNING");
        connectors[Topic] = connectors[Topic] with { Progress = new ConnectorProgress(Noon.AddDays(-2), reached, 7, reached, Noon.AddSeconds(-5), "refused", null) };

        var found = FlowFindings.Of(flow, new EvidenceBuilder().Build(), connectors, Noon).SingleOrDefault();

        Assert.Equal(isFound ? ("S11", Topic) : null as (string, string)?, found?.Key);
        Assert.Equal(isFound ? reached : (DateTimeOffset?)null, found?.Since);
        Assert.Equal(isFound ? $"It runs, and its source answered it last at {reached:yyyy-MM-dd HH:mm:ss} UTC. Its last error, at 2026-11-23 11:59:55 UTC: refused" : null, found?.Reason);
    }

    [Theory]
    [InlineData(500, 7, false)]
    [InlineData(500, 8, true)]
    [InlineData(60_000, 8, true)]
    [InlineData(null, 3600, false)]
    public void Answer_that_a_connector_waits_for_is_told_long_before_it_is_late_enough_to_be_an_incident(int? asksEvery, int secondsAgo, bool isFound)
    {
        var flow = EvidenceBuilder.Flow with { Hops = [EvidenceBuilder.Flow.Ingestions.Single() with { AsksEvery = asksEvery is { } ms ? TimeSpan.FromMilliseconds(ms) : null }] };
        var waits = Noon.AddSeconds(-secondsAgo);
        var connectors = Connectors("RUNNING");
        connectors[Topic] = connectors[Topic] with { Progress = new ConnectorProgress(Noon.AddDays(-2), waits, 7, waits, null, null, null) { WaitsSince = waits } };

        var found = FlowFindings.Of(flow, new EvidenceBuilder().Build(), connectors, Noon).SingleOrDefault();

        Assert.Equal(isFound ? ($"Connector {Topic} gets no answer from its source", waits) : null as (string, DateTimeOffset)?, found is null ? null : (found.Title, found.Since));
        connectors[Topic] = connectors[Topic] with { Progress = connectors[Topic].Progress! with { WaitsSince = null } };
        Assert.Empty(FlowFindings.Of(EvidenceBuilder.Flow, new EvidenceBuilder().Build(), connectors, Noon));
    }

    [Theory]
    [InlineData(59, false, false)]
    [InlineData(60, false, true)]
    [InlineData(8, true, true)]
    public void Query_that_runs_within_what_its_feed_allows_is_no_finding_and_a_try_that_failed_is(int secondsAgo, bool hasFailed, bool isFound)
    {
        var hop = EvidenceBuilder.Flow.Ingestions.Single() with { AsksEvery = TimeSpan.FromMilliseconds(500), QueryLimit = TimeSpan.FromSeconds(60) };
        var waits = Noon.AddSeconds(-secondsAgo);
        var connectors = Connectors("RUNNING");
        connectors[Topic] = connectors[Topic] with
        {
            Progress = new ConnectorProgress(Noon.AddDays(-2), waits, 7, waits, hasFailed ? waits : Noon.AddDays(-1), "refused", null) { WaitsSince = waits },
        };

        var found = FlowFindings.Of(EvidenceBuilder.Flow with { Hops = [hop] }, new EvidenceBuilder().Build(), connectors, Noon).SingleOrDefault();

        Assert.Equal(isFound ? ($"Connector {Topic} gets no answer from its source", waits) : null as (string, DateTimeOffset)?, found is null ? null : (found.Title, found.Since));
    }

    [Fact]
    public void Connector_that_was_paused_on_purpose_is_no_finding_and_one_that_is_missing_all_the_same_is()
    {
        var flow = EvidenceBuilder.Flow with { Hops = [EvidenceBuilder.Flow.Ingestions.Single() with { Stopped = OnPurpose }] };

        Assert.Empty(FlowFindings.Of(flow, new EvidenceBuilder().Build(), Connectors("PAUSED"), Noon));
        Assert.Single(FlowFindings.Of(flow, new EvidenceBuilder().Build(), Connectors("MISSING"), Noon));
    }

    [Fact]
    public void Query_that_should_run_is_found_when_it_is_missing_or_in_error_or_was_paused_behind_our_back()
    {
        var missing = new EvidenceBuilder().WithQuery("OTHER_V1").Build();
        var running = new EvidenceBuilder().Build();

        Assert.Equal(("S14", "LARGE_V1"), Assert.Single(Find(missing)).Key);
        Assert.Equal("boom", Assert.Single(Find(running with { Queries = [new QueryEvidence("acme_", "LARGE_V1", "ERROR", "boom")] })).Reason);
        Assert.Equal("Query LARGE_V1 stands still", Assert.Single(Find(running with { Queries = [new QueryEvidence("acme_", "LARGE_V1", "PAUSED", null)] })).Title);
    }

    [Fact]
    public void Query_that_is_being_deployed_or_stands_on_purpose_is_not_missed()
    {
        var missing = new EvidenceBuilder().WithQuery("OTHER_V1").Build();
        var reader = EvidenceBuilder.Flow.Readers.Single();

        Assert.All([reader with { IsSettled = false }, reader with { Stopped = OnPurpose }], standing =>
            Assert.Empty(FlowFindings.Of(new TenantFlow("acme", [standing]), missing, Connectors("RUNNING"), Noon)));
    }

    [Fact]
    public void Query_that_could_not_be_deployed_is_found_with_the_reason()
    {
        var failed = EvidenceBuilder.Flow.Readers.Single() with { Failure = "ksqlDB refused it." };

        Assert.Equal("ksqlDB refused it.", Assert.Single(FlowFindings.Of(new TenantFlow("acme", [failed]), new EvidenceBuilder().Build(), null, Noon)).Reason);
    }

    [Theory]
    [InlineData(-90, -90, true)]
    [InlineData(-90, -5, false)]
    [InlineData(-30, -90, false)]
    public void Reader_stands_still_when_records_wait_and_its_position_has_not_moved_for_a_minute(int waitingSeconds, int movedSeconds, bool stands)
    {
        var evidence = new EvidenceBuilder().WithCommitted(60, Noon.AddSeconds(waitingSeconds)).Build();
        var group = evidence.Cluster!.Groups[0];
        var moved = evidence with
        {
            Cluster = evidence.Cluster with { Groups = [group with { Committed = [group.Committed[0] with { MovedAt = Noon.AddSeconds(movedSeconds) }] }] },
        };

        Assert.Equal(stands, Find(moved).Any(finding => finding.Title == "Query LARGE_V1 does not take what waits for it"));
    }

    [Fact]
    public void Records_that_retention_deleted_unread_are_found_also_of_a_reader_that_stands_on_purpose()
    {
        var evidence = new EvidenceBuilder().WithEarliest(75).WithCommitted(60, Noon.AddMinutes(-80)).Build();
        var paused = EvidenceBuilder.Flow.Readers.Single() with { Stopped = OnPurpose };

        var found = Assert.Single(FlowFindings.Of(new TenantFlow("acme", [paused]), evidence, null, Noon));

        Assert.Equal((("S23", "LARGE_V1"), "LARGE_V1: 15 records lost"), (found.Key, found.Title));
    }

    private static IEnumerable<Finding> Find(EvidenceRound evidence, string connector = "RUNNING") =>
        FlowFindings.Of(EvidenceBuilder.Flow, evidence, Connectors(connector), Noon);

    private static Dictionary<string, ConnectorEvidence> Connectors(string state) => state == "MISSING"
        ? []
        : new(StringComparer.Ordinal) { [Topic] = new ConnectorEvidence(Topic, state, [new TaskEvidence(0, "RUNNING")], null) };

    private static EvidenceRound Without(EvidenceRound round) => round with { Cluster = round.Cluster! with { Topics = [] } };
}
