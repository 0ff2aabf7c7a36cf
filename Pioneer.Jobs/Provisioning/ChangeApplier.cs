using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// Makes changes happen. Each is idempotent: what is there already succeeds, so that a plan cut off anywhere can be applied again. Changes of
/// one kind are given together where the platform takes them in one request.
/// </summary>
public sealed class ChangeApplier(TopicApplier topics, RightsApplier rights, QuotaApplier quotas, KsqlApplier ksql, ConnectorApplier connectors)
    : IChangeApplier
{
    /// <summary>Requests of one kind under way at once, where the platform takes them one by one.</summary>
    private const int Parallelism = 8;

    public async Task<Result> ApplyAsync(Change change, CancellationToken cancellationToken) => (await ApplyAsync([change], cancellationToken))[0];

    /// <summary>Applies changes of one type and kind; the results are in their order.</summary>
    public async Task<IReadOnlyList<Result>> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken ct)
    {
        try
        {
            return await (changes[0] switch
            {
                TopicChange { Kind: ChangeKind.Create } => topics.CreateAsync([.. Of<TopicChange>(changes).Select(change => change.Topic)], ct),
                TopicChange => topics.DeleteAsync([.. Of<TopicChange>(changes).Select(change => change.Topic)], ct),
                PartitionChange => topics.AddPartitionsAsync([.. Of<PartitionChange>(changes)], ct),
                ReplicationChange => topics.AddReplicasAsync([.. Of<ReplicationChange>(changes)], ct),
                TopicConfigChange => EachAsync(Of<TopicConfigChange>(changes), topics.ConfigureAsync, ct),
                AclChange { Kind: ChangeKind.Delete } => rights.RevokeAsync([.. Of<AclChange>(changes).Select(change => change.Rule)], ct),
                AclChange => rights.GrantAsync([.. Of<AclChange>(changes).Select(change => change.Rule)], ct),
                ScramUserChange { Kind: ChangeKind.Delete } => EachAsync(Of<ScramUserChange>(changes), (change, token) => rights.DeleteUserAsync(change.User, token), ct),
                ScramUserChange => EachAsync(Of<ScramUserChange>(changes), (change, token) => rights.CreateUserAsync(change.User, token), ct),
                QuotaChange => quotas.ApplyAsync(Of<QuotaChange>(changes), ct),
                KsqlServiceChange => EachAsync(Of<KsqlServiceChange>(changes), ksql.ApplyAsync, ct),
                KsqlStreamChange => EachAsync(Of<KsqlStreamChange>(changes), ksql.ApplyAsync, ct),
                KsqlQueryChange => EachAsync(Of<KsqlQueryChange>(changes), ksql.ApplyAsync, ct),
                ConnectorChange => EachAsync(Of<ConnectorChange>(changes), connectors.ApplyAsync, ct),
                var other => throw new ArgumentException($"No applier knows {other.GetType().Name}.", nameof(changes)),
            });
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            var error = PlatformErrors.From(failure);
            return [.. changes.Select(_ => Result.Fail(error))];
        }
    }

    /// <summary>Whether what takes a running query's place would be taken, before anything is changed.</summary>
    public Task<Result> ProveAsync(KsqlQueryChange change, CancellationToken ct) =>
        change.Successor is { } successor ? GuardedAsync(successor, ksql.ProveAsync, ct) : Task.FromResult(Result.Success);

    /// <summary>Waits until a created user works on every broker, rights included.</summary>
    public Task<Result> VerifyAsync(ScramUserChange change, CancellationToken ct) => GuardedAsync(change, (user, token) => rights.VerifyUserAsync(user.User, token), ct);

    private static async Task<IReadOnlyList<Result>> EachAsync<T>(IReadOnlyList<T> changes, Func<T, CancellationToken, Task<Result>> apply, CancellationToken ct)
    {
        using var gate = new SemaphoreSlim(Parallelism);
        return await Task.WhenAll(changes.Select(async change =>
        {
            await gate.WaitAsync(ct);
            try
            {
                return await GuardedAsync(change, apply, ct);
            }
            finally
            {
                gate.Release();
            }
        }));
    }

    private static async Task<Result> GuardedAsync<T>(T change, Func<T, CancellationToken, Task<Result>> apply, CancellationToken ct)
    {
        try
        {
            return await apply(change, ct);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    private static List<T> Of<T>(IReadOnlyList<Change> changes) where T : Change => [.. changes.Cast<T>()];
}
