using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;

namespace Pioneer.Jobs.Provisioning;

/// <summary>Makes changes of ksqlDB services and streams.</summary>
public sealed class KsqlApplier(KsqlDbClient ksql, KsqlQueryApplier queries, KafkaClients clients, KafkaSignIn signIn, PlatformSecrets secrets, TimeProvider time)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan TopicPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TopicPause = TimeSpan.FromMilliseconds(200);

    public async Task<Result> ApplyAsync(KsqlServiceChange change, CancellationToken ct)
    {
        var id = change.Service.ServiceId;
        if (change.Kind == ChangeKind.Delete)
        {
            await ksql.DeleteServiceAsync(id, ct);
            return Result.Success;
        }

        var principal = await PrincipalAsync(change.Service, ct);
        var kafka = clients.Options;
        var isPlatform = change.Service.SecretName is null;
        await ksql.PutServiceAsync(id, new KsqlServiceConnection(kafka.BootstrapServers, kafka.ProtocolName,
            isPlatform ? kafka.MechanismName : KafkaOptions.CredentialMechanism, principal.Username, principal.Password, kafka.SslCaLocation), ct);
        return await WaitForServiceAsync(id, ct);
    }

    public async Task<Result> ApplyAsync(KsqlStreamChange change, CancellationToken ct)
    {
        var service = change.Stream.ServiceId;
        if (change.Kind == ChangeKind.Delete)
        {
            await ksql.ExecuteAsync(service, KsqlStatements.DropStream(change.Stream), null, ct);
            return Result.Success;
        }

        if (change.Replaces)
        {
            await ksql.ExecuteAsync(service, KsqlStatements.DropStream(change.Stream), null, ct);
        }

        var statement = change.AddedColumns.IsEmpty ? KsqlStatements.CreateStream(change.Stream) : KsqlStatements.AddColumns(change);
        await DeclareAsync(change.Stream, statement, ct);
        return Result.Success;
    }

    /// <summary>A topic that the plan has just made is known to one broker after the other, and ksqlDB asks any of them.</summary>
    private async Task DeclareAsync(KsqlStreamSpec stream, string statement, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await ksql.ExecuteAsync(stream.ServiceId, statement, null, ct);
                return;
            }
            catch (KsqlDbRequestException refusal) when (refusal.SaysUnknown(stream.Topic) && time.GetElapsedTime(started) < TopicPatience)
            {
                await Task.Delay(TopicPause, time, ct);
            }
        }
    }

    public Task<Result> ProveAsync(KsqlQuerySpec successor, CancellationToken ct) => queries.ProveAsync(successor, ct);

    public Task<Result> ApplyAsync(KsqlQueryChange change, CancellationToken ct) => queries.ApplyAsync(change, ct);

    private async Task<KafkaPrincipal> PrincipalAsync(KsqlServiceSpec service, CancellationToken ct)
    {
        if (service.SecretName is not { } secret)
        {
            return new KafkaPrincipal(clients.Options.Username ?? "", clients.Options.Password ?? "");
        }

        var principal = new KafkaPrincipal(service.Principal, await secrets.OpenAsync(secret, ct));
        var slug = TenantSlug.Create(service.Principal.Split('.')[0]);
        var readable = slug.IsSuccess && service.Principal == Principals.Ksql(slug.Value) ? TopicNames.Prefix(slug.Value, TopicKind.Feed) + "readiness" : null;
        await signIn.WaitUntilReadyAsync(principal, readable, ct);
        return principal;
    }

    private async Task<Result> WaitForServiceAsync(string id, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (!await ksql.IsReadyAsync(id, ct))
        {
            if (time.GetElapsedTime(started) > StartPatience)
            {
                return new Error("KsqlServiceNotReady", $"The ksqlDB service '{id}' was made but does not answer after {StartPatience.TotalSeconds:0} s.",
                    "Look into the ksqlDB server's log; Pioneer tries again by itself.") { Kind = ErrorKind.Unavailable };
            }

            await Task.Delay(StartPause, time, ct);
        }

        return Result.Success;
    }
}
