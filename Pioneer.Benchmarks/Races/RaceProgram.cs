namespace Pioneer.Benchmarks.Races;

/// <summary><c>race NAME</c>: measures a goal on this machine; <c>race list</c> names the races and what each needs.</summary>
internal static class RaceProgram
{
    private const string List = """
        main-job [--tenants N] [--rows N] [--rounds N] [--clone]
            the main job on the embedded platform: start, creating a tenant, preview, commit to server-sent event, idle cost.
            --clone adds 'from a clone to ready' and needs git and the repository. Needs a quiet machine; takes about 4 minutes, 4 more with --clone.
        house [--tenants N] [--rounds N]
            drift scans over a third of the tenants and over all of them, with 10 topics each, on the embedded platform: what a tenant costs must not grow with the
            number of its neighbours. Needs a quiet machine, and two open files a topic (ulimit -n); 300 tenants take about 2 minutes.
        sign-in [--sign-ins N] [--turns N]
            signing in beside 1,000 guesses a minute from another address: its 95th percentile stays within 1.2 of alone. Needs a quiet machine; takes about
            a minute and a half.
        truth [--apache] [--rounds N] [--calm-minutes N]
            from a fault to the status saying it (source gone, refused, slow; topic deleted; paused past retention; with --apache on three Apache Kafka nodes also
            a lost broker and a partition without a leader), and no alarm while a source is merely busy. Needs PostgreSQL, with --apache Java and ../shared/kafka.
        watch --beside DLL [--tenants N] [--feeds N] [--minutes N]
            what looking after many tenants and connectors costs while nothing happens, beside another build of the portal (the path of its Pioneer.Portal.dll) at
            the same time. Needs a quiet machine; 100 tenants with 10 feeds each take about 15 minutes.
        streams [--clients N] [--seconds N] [--beside DLL]
            what many clients of one event stream cost of which half never read: how late events come to the others, threads, memory, other calls; with --beside
            then the same of another build. Needs Linux and a quiet machine; 1,000 clients take about 2 minutes a build.
        evidence [--tenants N] [--partitions N] [--rounds N]
            judging a round of evidence over 100,000 partitions of 1,000 tenants, whole and with every third one unseen: under a second. Needs nothing but a
            processor; takes some seconds.
        """;

    /// <summary>0 when every goal holds, 1 when one is missed, 2 for an unknown race.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["main-job", .. var options]:
                var job = new MainJobRace(
                    Tenants: Number(options, "--tenants", 20), Rows: Number(options, "--rows", 40), Rounds: Number(options, "--rounds", 5),
                    FromClone: options.Contains("--clone"));
                return await HoldsAsync("main-job", job.RunAsync, minutes: 15);
            case ["house", .. var options]:
                var house = new HouseRace(Number(options, "--tenants", 300), Number(options, "--rounds", 3));
                return await HoldsAsync("house", house.RunAsync, minutes: 60);
            case ["sign-in", .. var options]:
                var signIn = new SignInRace(Number(options, "--sign-ins", 25), Number(options, "--turns", 8));
                return await HoldsAsync("sign-in", signIn.RunAsync, minutes: 10);
            case ["truth", .. var options]:
                var truth = new TruthRace(
                    OnApache: options.Contains("--apache"), Rounds: Number(options, "--rounds", 5), CalmMinutes: Number(options, "--calm-minutes", 5));
                return await HoldsAsync(
                    truth.OnApache ? "truth on Apache Kafka" : "truth", truth.RunAsync, minutes: 30 + truth.CalmMinutes + (8 * truth.Rounds));
            case ["watch", .. var options] when Array.IndexOf(options, "--beside") is var at and >= 0 && at + 1 < options.Length:
                var watch = new WatchRace(options[at + 1], Number(options, "--tenants", 100), Number(options, "--feeds", 10), Number(options, "--minutes", 2));
                return await HoldsAsync("watch", watch.RunAsync, minutes: 60);
            case ["streams", .. var options]:
                var streams = new StreamRace(
                    Number(options, "--clients", 1000), Number(options, "--seconds", 30),
                    Array.IndexOf(options, "--beside") is var other and >= 0 && other + 1 < options.Length ? options[other + 1] : null);
                return await HoldsAsync("streams", streams.RunAsync, minutes: 15);
            case ["evidence", .. var options]:
                var evidence = new EvidenceRace(Number(options, "--tenants", 1000), Number(options, "--partitions", 100_000), Number(options, "--rounds", 10));
                return await HoldsAsync("evidence", evidence.RunAsync, minutes: 10);
            case ["list"]:
                await Console.Out.WriteLineAsync(List);
                return 0;
            default:
                await Console.Error.WriteLineAsync(List);
                return 2;
        }
    }

    private static async Task<int> HoldsAsync(string name, Func<CancellationToken, Task<IReadOnlyList<Measurement>>> run, int minutes)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var measured = await run(stop.Token);
        await RaceReport.WriteAsync(Console.Out, name, measured, TimeProvider.System.GetUtcNow());
        return measured.All(measurement => measurement.Holds) ? 0 : 1;
    }

    private static int Number(string[] options, string name, int otherwise) =>
        Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length && int.TryParse(options[at + 1], out var value) && value > 0
            ? value
            : otherwise;
}
