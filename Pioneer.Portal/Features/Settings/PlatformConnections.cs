using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Portal.Features.Settings;

/// <summary>One component that the portal needs. <paramref name="Answers"/> is null until it was tried.</summary>
/// <param name="Lacks">What it cannot do although it answers.</param>
public sealed record PlatformConnection(string Name, string Address, string Key, bool? Answers = null, string Evidence = "", string? Lacks = null);

/// <summary>Tries the components over their own protocols.</summary>
public sealed class PlatformConnections(
    IConfiguration configuration, IObservedStateReader reader, ConnectClient connect, KsqlDbClient ksql, PioneerDbContext database)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public IReadOnlyList<PlatformConnection> Configured() =>
    [
        new("Kafka", configuration["Kafka:BootstrapServers"] ?? "", "Kafka:BootstrapServers"),
        new("ksqlDB", configuration["Ksql:Url"] ?? "", "Ksql:Url"),
        new("Kafka Connect", configuration["Connect:Url"] ?? "", "Connect:Url"),
        new("Portal database", configuration["Database:Provider"] ?? "Sqlite", "Database:Provider"),
    ];

    public async Task<IReadOnlyList<PlatformConnection>> TestAsync(CancellationToken cancellationToken)
    {
        var rows = Configured();
        return
        [
            await TryAsync(rows[0], KafkaAsync, cancellationToken),
            await TryAsync(rows[1], KsqlAsync, cancellationToken),
            await TryAsync(rows[2], ConnectAsync, cancellationToken),
            await TryAsync(rows[3], async ct => new Probe(await database.Database.CanConnectAsync(ct), "one query"), cancellationToken),
        ];
    }

    private async Task<Probe> KafkaAsync(CancellationToken cancellationToken)
    {
        var observed = await reader.ReadAsync(null, cancellationToken);
        return observed.IsSuccess
            ? new Probe(true, $"{Plural.Of(observed.Value.Brokers.Live.Length, "broker")}{Down(observed.Value.Brokers)}, {Plural.Of(observed.Value.Topics.Length, "topic")}, {Plural.Of(observed.Value.Acls.Length, "ACL")}")
            : new Probe(false, observed.Error.Message);
    }

    private static string Down(ObservedBrokers brokers) => brokers.Down.IsEmpty ? "" : $" ({brokers.Down.Length} more down)";

    private async Task<Probe> KsqlAsync(CancellationToken cancellationToken)
    {
        if (!ksql.HasHost)
        {
            return await ksql.IsReadyAsync(KsqlNames.SharedServiceId, cancellationToken)
                ? new Probe(true, "running")
                : new Probe(false, "it does not say that it runs");
        }

        var services = await ksql.ListServicesAsync(cancellationToken);
        var waiting = services.FirstOrDefault(service => !service.IsRunning);
        return new Probe(
            true, Plural.Of(services.Length, "service"), waiting is null ? null : $"Service '{waiting.Id}' does not run. {waiting.Error}".TrimEnd());
    }

    private async Task<Probe> ConnectAsync(CancellationToken cancellationToken)
    {
        var connectors = await connect.ListAsync(cancellationToken);
        var plugins = await connect.PluginsAsync(cancellationToken);
        return new Probe(
            true, $"{Plural.Of(connectors.Length, "connector")}, {connectors.Count(c => c.Status.IsRunning)} running",
            plugins.Any(plugin => plugin.Class == FeedConnector.Class) ? null : $"{ConnectorPlanning.Missing(FeedConnector.Class)} {ConnectorPlanning.WayOut}");
    }

    private static async Task<PlatformConnection> TryAsync(
        PlatformConnection row, Func<CancellationToken, Task<Probe>> probe, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Patience);
        try
        {
            var (answers, evidence, lacks) = await probe(limited.Token);
            return row with { Answers = answers, Evidence = evidence, Lacks = lacks };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return row with { Answers = false, Evidence = $"no answer within {Patience.TotalSeconds:0} s" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return row with { Answers = false, Evidence = e.Message };
        }
    }

    private sealed record Probe(bool Answers, string Evidence, string? Lacks = null);
}
