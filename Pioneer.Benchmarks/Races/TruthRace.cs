using Pioneer.Tests.Jobs;
using Pioneer.Tests.Sources;
using Pioneer.Tests.Stories;

namespace Pioneer.Benchmarks.Races;

/// <summary>
/// Measures how long the portal goes on saying that all is well after a fault: from just before the fault is made until the status, as the page
/// and the API have it, says so of the tenant. Before that it says nothing for as long as a source is merely busy.
/// </summary>
/// <param name="OnApache">
/// On three Apache Kafka nodes of ../shared/kafka instead of the embedded broker; ksql server and Connect worker are embedded either way.
/// </param>
/// <param name="Rounds">How often each fault is made, each one sample.</param>
/// <param name="CalmMinutes">How long the source is busy while nothing may be said.</param>
internal sealed record TruthRace(bool OnApache, int Rounds, int CalmMinutes)
{
    private double Goal => OnApache ? 20 : 15;

    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken ct)
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await using var nodes = OnApache ? new KafkaNodes() : null;
        await (nodes?.InitializeAsync() ?? ValueTask.CompletedTask);
        if ((postgres.Missing ?? nodes?.Missing) is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        await postgres.SqlAsync($"CREATE ROLE {PostgresServer.AskedForPassword}");
        await using var portal = await PortalProcess.StartAsync(
            ct, [.. PortalProcess.Unattended, "--demo", "false", "--Jobs:ReconcileCron=0 0 29 2 *", .. Cluster(nodes)]);
        using var stage = new TruthStage(portal, postgres, nodes);
        var faults = new TruthFaults(stage, postgres, nodes);
        var measured = new List<Measurement>();
        var lasting = await stage.NewTenantAsync("steady", ct);
        var alarms = await new BusySource(stage, postgres).AlarmsAsync(lasting, TimeSpan.FromMinutes(CalmMinutes), ct);
        measured.Add(new($"false alarms in {CalmMinutes} min of a busy source", "alarms", 1, [alarms.Count]));
        measured.Add(new("slow query of a source", "s", Goal, await RepeatAsync(_ => faults.SlowQueryAsync(lasting, ct))));
        measured.Add(new("source gone", "s", Goal, await RepeatAsync(_ => faults.SourceGoneAsync(lasting, ct))));
        if (nodes is not null)
        {
            var crashes = new List<(double Broker, double Partition)>();
            for (var round = 0; round < Rounds; round++)
            {
                crashes.Add(await faults.BrokerLostAsync(await stage.NewTenantAsync($"fragile-{round}", ct), ct));
                await Console.Error.WriteLineAsync($"  {crashes[^1].Broker:0.00} s, {crashes[^1].Partition:0.00} s");
            }

            measured.Add(new("one broker of three lost", "s", Goal, crashes.ConvertAll(crash => crash.Broker)));
            measured.Add(new("partition without a leader", "s", Goal, crashes.ConvertAll(crash => crash.Partition)));
        }

        // these leave something behind: each has a tenant, a feed and a source of its own
        measured.Add(new("password of a source changed", "s", Goal, await EachAsync("refused", faults.PasswordChangedAsync)));
        measured.Add(new("topic deleted", "s", Goal, await EachAsync("deleted", faults.TopicDeletedAsync)));
        measured.Add(new("paused past retention", "s", Goal, await EachAsync("paused", faults.PausedPastRetentionAsync)));
        return measured;

        Task<IReadOnlyList<double>> EachAsync(string name, Func<StagedTenant, CancellationToken, Task<double>> fault) =>
            RepeatAsync(async round => await fault(await stage.NewTenantAsync($"{name}-{round}", ct), ct));
    }

    private async Task<IReadOnlyList<double>> RepeatAsync(Func<int, Task<double>> round)
    {
        var samples = new List<double>(Rounds);
        for (var number = 0; number < Rounds; number++)
        {
            samples.Add(await round(number));
            await Console.Error.WriteLineAsync($"  {samples[^1]:0.00} s");
        }

        return samples;
    }

    private static string[] Cluster(KafkaNodes? nodes) => nodes is null
        ? []
        :
        [
            $"--Kafka:BootstrapServers={nodes.Options.BootstrapServers}", $"--Kafka:SecurityProtocol={nodes.Options.SecurityProtocol}",
            $"--Kafka:SaslMechanism={nodes.Options.SaslMechanism}", $"--Kafka:Username={nodes.Options.Username}",
            $"--Kafka:Password={nodes.Options.Password}", "--Embedded:OnExternalKafka=true",
        ];
}
