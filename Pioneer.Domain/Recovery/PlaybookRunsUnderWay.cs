namespace Pioneer.Domain.Recovery;

/// <summary>Finds the runs that are not over: at most one against a scenario and subject.</summary>
public static class PlaybookRunsUnderWay
{
    public static IQueryable<PlaybookRun> UnderWay(this IQueryable<PlaybookRun> runs, string scenario) =>
        runs.Where(run => run.Scenario == scenario && !PlaybookRun.Over.Contains(run.State));
}
