using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Portal.Features.Settings;

/// <summary>One component that the portal needs. <paramref name="Answers"/> is null until it was tried.</summary>
public sealed record PlatformConnection(string Name, string Address, string Key, bool? Answers = null, string Evidence = "");

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
            await TryAsync(rows[3], async ct => (await database.Database.CanConnectAsync(ct), "one query"), cancellationToken),
        ];
    }

    private async Task<(bool Answers, string Evidence)> KafkaAsync(CancellationToken cancellationToken)
    {
        var observed = await reader.ReadAsync(null, cancellationToken);
        return observed.IsSuccess
            ? (true, $"{Plural.Of(observed.Value.Brokers.Live.Length, "broker")}{Down(observed.Value.Brokers)}, {Plural.Of(observed.Value.Topics.Length, "topic")}, {Plural.Of(observed.Value.Acls.Length, "ACL")}")
            : (false, observed.Error.Message);
    }

    private static string Down(ObservedBrokers brokers) => brokers.Down.IsEmpty ? "" : $" ({brokers.Down.Length} more down)";

    private async Task<(bool Answers, string Evidence)> KsqlAsync(CancellationToken cancellationToken)
    {
        if (ksql.HasHost)
        {
            return (true, Plural.Of((await ksql.ListServicesAsync(cancellationToken)).Length, "service"));
        }

        return await ksql.IsReadyAsync(KsqlNames.SharedServiceId, cancellationToken) ? (true, "running") : (false, "it does not say that it runs");
    }

    private async Task<(bool Answers, string Evidence)> ConnectAsync(CancellationToken cancellationToken)
    {
        var connectors = await connect.ListAsync(cancellationToken);
        return (true, $"{Plural.Of(connectors.Length, "connector")}, {connectors.Count(c => c.Status.IsRunning)} running");
    }

    private static async Task<PlatformConnection> TryAsync(
        PlatformConnection row, Func<CancellationToken, Task<(bool Answers, string Evidence)>> probe, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Patience);
        try
        {
            var (answers, evidence) = await probe(limited.Token);
            return row with { Answers = answers, Evidence = evidence };
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
}
