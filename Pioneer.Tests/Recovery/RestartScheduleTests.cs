using CsCheck;
using Pioneer.Domain;
using Pioneer.Domain.Recovery;
using Xunit;

namespace Pioneer.Tests.Recovery;

/// <summary>When a failed connector is restarted next.</summary>
public sealed class RestartScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly AutomaticRestartOptions Options = new();
    private static readonly IncidentId Failure = new(Guid.NewGuid()), Earlier = new(Guid.NewGuid());

    [Fact]
    public void First_restart_is_due_at_once() => Assert.Equal(new RestartSchedule(0, Noon), RestartSchedule.Of([], Failure, Noon, Options));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 6)]
    [InlineData(3, 12)]
    [InlineData(4, 20)]
    [InlineData(5, 30)]
    [InlineData(6, 42)]
    public void Pause_before_the_next_restart_grows_and_is_at_most_a_tenth_longer(int restarts, int minutes)
    {
        var past = Restarts(restarts, Failure);

        var schedule = RestartSchedule.Of(past, Failure, Noon, Options);

        Assert.Equal(restarts, schedule.Restarts);
        Assert.InRange(schedule.Due!.Value - past[^1].EndedAt, TimeSpan.FromMinutes(minutes), 1.1 * TimeSpan.FromMinutes(minutes));
    }

    [Fact]
    public void Schedule_ends_after_the_most_restarts() =>
        Assert.Equal(new RestartSchedule(7, null), RestartSchedule.Of(Restarts(7, Failure), Failure, Noon, Options));

    [Fact]
    public void Failure_soon_after_a_restart_that_seemed_to_help_goes_on_counting()
    {
        var past = Restarts(2, Earlier);

        var schedule = RestartSchedule.Of(past, Failure, past[^1].EndedAt.AddMinutes(5), Options);

        Assert.Equal(2, schedule.Restarts);
    }

    [Fact]
    public void Failure_after_a_stable_time_longer_than_the_next_pause_begins_anew()
    {
        var past = Restarts(2, Earlier);
        var failedAt = past[^1].EndedAt.AddMinutes(6).AddSeconds(1);

        Assert.Equal(new RestartSchedule(0, failedAt), RestartSchedule.Of(past, Failure, failedAt, Options));
    }

    [Fact]
    public void Connectors_that_failed_together_are_not_restarted_together() =>
        Assert.True(Enumerable.Range(0, 20).Select(_ => RestartSchedule.Of(Restarts(6, Failure), Failure, Noon, Options).Due).Distinct().Count() > 10);

    [Fact]
    public void Restart_is_never_due_before_the_one_before_it_has_ended() => Gen.Int[1, 12].Array[0, 10].Sample(gaps =>
    {
        var past = new List<PastRestart>();
        var (at, incident) = (Noon, Failure);
        foreach (var gap in gaps)
        {
            at = at.AddMinutes(gap);
            incident = gap % 3 == 0 ? new IncidentId(Guid.NewGuid()) : incident;
            past.Add(new PastRestart(new PlaybookRunId(Guid.NewGuid()), incident, at, at.AddMinutes(1)));
            at = at.AddMinutes(1);
        }

        var failedAt = at.AddMinutes(1);
        var schedule = RestartSchedule.Of(past, new IncidentId(Guid.NewGuid()), failedAt, Options);
        Assert.True(schedule.Due is null ? schedule.Restarts >= Options.MaxRestarts : schedule.Due >= (past.Count == 0 ? failedAt : past[^1].EndedAt));
    });

    [Theory]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: The source is away\n at x", null)]
    [InlineData("java.net.SocketTimeoutException: timed out", null)]
    [InlineData(null, null)]
    [InlineData("org.apache.kafka.common.config.ConfigException: no such mode", "ConfigException")]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: stopped\nCaused by: org.apache.kafka.common.errors.TopicAuthorizationException: no", "TopicAuthorizationException")]
    [InlineData("org.apache.kafka.connect.errors.DataException: 'x' is no number", "DataException")]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: java.sql.SQLSyntaxErrorException: permission denied [42501]", "SQLSyntaxErrorException")]
    [InlineData("org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"bank\"", "'password authentication failed'")]
    [InlineData("org.postgresql.util.PSQLException: ERROR: permission denied for table payments", "'permission denied for'")]
    [InlineData("org.postgresql.util.PSQLException: ERROR: column q.AMOUNT does not exist\n  Position: 8", "'column q.AMOUNT does not exist'")]
    [InlineData("org.postgresql.util.PSQLException: ERROR: relation \"payments\" does not exist", "'relation \"payments\" does not exist'")]
    [InlineData("com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'bank'.", "'Login failed for user'")]
    [InlineData("java.sql.SQLException: ORA-01017: invalid username/password; logon denied", "'ORA-01017'")]
    [InlineData("io.debezium.DebeziumException: The connector is trying to read change stream starting at x but this is no longer available on the server.", "'no longer available on the server'")]
    [InlineData("org.apache.kafka.connect.errors.ConnectException: The task dz-0 was unable to finish writing records to Kafka before its producer transaction expired.", "'before its producer transaction expired'")]
    [InlineData("org.postgresql.util.PSQLException: FATAL: the database system is starting up", null)]
    [InlineData("org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct", null)]
    [InlineData("java.sql.SQLTransientConnectionException: terminating connection due to administrator command", null)]
    public void Failure_that_a_restart_would_bring_back_is_told_from_one_that_may_pass(string? trace, string? cause) =>
        Assert.Equal(cause, ConnectorFailure.LastingCause(trace));

    private static List<PastRestart> Restarts(int count, IncidentId failure) =>
    [
        .. Enumerable.Range(0, count).Select(index =>
            new PastRestart(new PlaybookRunId(Guid.NewGuid()), failure, Noon, Noon.AddMinutes(index + 1))),
    ];
}
