namespace Pioneer.Benchmarks.Races;

/// <summary><c>race NAME</c>: measures a goal on this machine; <c>race list</c> names the races and what each needs.</summary>
internal static class RaceProgram
{
    private const string List = """
        main-job [--tenants N] [--rows N] [--rounds N] [--clone]
            the main job on the embedded platform: start, creating a tenant, preview, commit to server-sent event, idle cost.
            --clone adds 'from a clone to ready' and needs git and the repository. Needs a quiet machine; takes about 4 minutes, 4 more with --clone.
        sign-in [--sign-ins N] [--turns N]
            signing in beside 1,000 guesses a minute from another address: its 95th percentile stays within 1.2 of alone. Needs a quiet machine; takes about
            a minute and a half.
        truth [--apache] [--rounds N] [--calm-minutes N]
            from a fault to the status saying it (source gone, refused, slow; topic deleted; paused past retention; with --apache on three Apache Kafka nodes also
            a lost broker and a partition without a leader), and no alarm while a source is merely busy. Needs PostgreSQL, with --apache Java and ../shared/kafka.
        """;

    /// <summary>0 when every goal holds, 1 when one is missed, 2 for an unknown race.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["main-job", .. var options]:
                var race = new MainJobRace(
                    Tenants: Number(options, "--tenants", 20), Rows: Number(options, "--rows", 40), Rounds: Number(options, "--rounds", 5),
                    FromClone: options.Contains("--clone"));
                using (var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15)))
                {
                    var measured = await race.RunAsync(stop.Token);
                    await RaceReport.WriteAsync(Console.Out, "main-job", measured, TimeProvider.System.GetUtcNow());
                    return measured.All(measurement => measurement.Holds) ? 0 : 1;
                }

            case ["sign-in", .. var options]:
                using (var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10)))
                {
                    var measured = await new SignInRace(Number(options, "--sign-ins", 25), Number(options, "--turns", 8)).RunAsync(stop.Token);
                    await RaceReport.WriteAsync(Console.Out, "sign-in", measured, TimeProvider.System.GetUtcNow());
                    return measured.All(measurement => measurement.Holds) ? 0 : 1;
                }

            case ["truth", .. var options]:
                var truth = new TruthRace(
                    OnApache: options.Contains("--apache"), Rounds: Number(options, "--rounds", 5), CalmMinutes: Number(options, "--calm-minutes", 5));
                using (var stop = new CancellationTokenSource(TimeSpan.FromMinutes(30 + truth.CalmMinutes + (8 * truth.Rounds))))
                {
                    var measured = await truth.RunAsync(stop.Token);
                    await RaceReport.WriteAsync(Console.Out, truth.OnApache ? "truth on Apache Kafka" : "truth", measured, TimeProvider.System.GetUtcNow());
                    return measured.All(measurement => measurement.Holds) ? 0 : 1;
                }

            case ["list"]:
                await Console.Out.WriteLineAsync(List);
                return 0;
            default:
                await Console.Error.WriteLineAsync(List);
                return 2;
        }
    }

    private static int Number(string[] options, string name, int otherwise) =>
        Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length && int.TryParse(options[at + 1], out var value) && value > 0
            ? value
            : otherwise;
}
