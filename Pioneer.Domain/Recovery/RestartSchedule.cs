namespace Pioneer.Domain.Recovery;

/// <summary>An automatic restart that is over.</summary>
/// <param name="Incident">The failure it was for.</param>
/// <param name="FailedAt">When that failure was detected.</param>
/// <param name="EndedAt">When the restart's run ended, well or not.</param>
public sealed record PastRestart(PlaybookRunId Run, IncidentId Incident, DateTimeOffset FailedAt, DateTimeOffset EndedAt);

/// <summary>
/// When a failed connector is restarted next: at once, then with pauses of n*n+n units and up to a tenth more, so that what failed together is not
/// restarted together. Rests on stored runs alone: whoever asks, in whatever process, gets the same answer.
/// </summary>
/// <param name="Restarts">Restarts in a row so far.</param>
/// <param name="Due">Null when there were too many: a person is needed.</param>
public sealed record RestartSchedule(int Restarts, DateTimeOffset? Due)
{
    private const int LongestPauseUnits = 60;
    private const double Jitter = 0.1;

    /// <summary>The schedule of one connector.</summary>
    /// <param name="past">The last <see cref="AutomaticRestartOptions.MaxRestarts"/> restarts of the connector at least, oldest first.</param>
    /// <param name="incident">The present failure.</param>
    /// <param name="failedAt">When it was detected.</param>
    public static RestartSchedule Of(IReadOnlyList<PastRestart> past, IncidentId incident, DateTimeOffset failedAt, AutomaticRestartOptions options)
    {
        var restarts = 0;
        for (var index = 0; index < past.Count; index++)
        {
            var restart = past[index];
            restarts++;
            var next = index + 1 < past.Count ? (past[index + 1].Incident, past[index + 1].FailedAt) : (incident, failedAt);
            if (next.Item1 != restart.Incident && next.Item2 - restart.EndedAt > Pause(restarts, options))
            {
                // it ran for longer than the next pause would have been: that failure is mended, this is another one
                restarts = 0;
            }
        }

        return restarts == 0 ? new RestartSchedule(0, failedAt)
            : restarts >= options.MaxRestarts ? new RestartSchedule(restarts, null)
            : new RestartSchedule(restarts, past[^1].EndedAt + (1 + Jitter * Fraction(past[^1].Run)) * Pause(restarts, options));
    }

    private static TimeSpan Pause(int restarts, AutomaticRestartOptions options) =>
        Math.Min(restarts * restarts + restarts, LongestPauseUnits) * options.PauseUnit;

    // The id's random end is chance enough, and needs no memory.
    private static double Fraction(PlaybookRunId run) => BitConverter.ToUInt32(run.Value.ToByteArray(), 12) / (double)uint.MaxValue;
}
