using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Operations;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Recovery;

/// <summary>What came of looking for lost users and rights.</summary>
/// <param name="Users">Users that can sign in again.</param>
/// <param name="Rights">ACLs that the brokers know again.</param>
/// <param name="NotKept">Credentials whose passwords nobody keeps: their tenants must rotate them.</param>
/// <param name="Failure">The first thing that could not be done; the rest was tried all the same.</param>
public sealed record RightsPutBack(int Users, int Rights, ImmutableArray<string> NotKept, Error? Failure);

/// <summary>
/// Gives the brokers back what they should know of who may do what and do not know after an outage. Brokers restored from a copy lack what is
/// younger; and Apache Kafka 4.2 forgets every SCRAM user of a mechanism when it reads its whole metadata log anew and one that was deleted
/// comes first (<c>ScramDelta.apply</c> drops the mechanism's map and goes on filling it): then no query can sign in until somebody makes its user
/// again. Only adds; what is there and is not wanted stays for a person to judge.
/// </summary>
public sealed class LostRights(IServiceScopeFactory scopes, TenantLocks locks)
{
    public async Task<RightsPutBack> PutBackAsync(CancellationToken ct)
    {
        await using var scope = scopes.OpenPlatform(out _);
        var services = scope.ServiceProvider;
        var planner = services.GetRequiredService<RightsPlanner>();
        var applier = services.GetRequiredService<ChangeApplier>();
        var notKept = ImmutableArray.CreateBuilder<string>();
        var (users, granted, failure) = (0, 0, default(Error));
        foreach (var tenant in await planner.TenantsThatLackAnyAsync(ct))
        {
            var locked = await locks.AcquireAsync(tenant.Id, ct);
            if (locked.IsFailure)
            {
                failure ??= locked.Error;
                continue;
            }

            using var held = locked.Value;
            // once more, now that nobody else changes the tenant
            var lost = await planner.LostAsync(tenant.Slug, ct);
            notKept.AddRange(lost.Blocked.Select(blocked => blocked.Resource));
            var results = await ApplyAsync(applier, lost, ct);
            users += results.Count(done => done is (ScramUserChange, { IsSuccess: true }));
            granted += results.Count(done => done is (AclChange, { IsSuccess: true }));
            failure ??= results.Where(done => done.Result.IsFailure).Select(done => done.Result.Error).FirstOrDefault();
        }

        return new RightsPutBack(users, granted, notKept.ToImmutable(), failure);
    }

    /// <summary>A user is back when it can sign in everywhere with its rights, so users are looked at when all rights are given.</summary>
    private static async Task<(Change Change, Result Result)[]> ApplyAsync(ChangeApplier applier, Plan lost, CancellationToken ct)
    {
        var results = new List<(Change Change, Result Result)>(lost.Changes.Length);
        foreach (var batch in PlanStages.Of(lost).SelectMany(stage => stage.Batches))
        {
            results.AddRange(batch.Zip(await applier.ApplyAsync(batch, ct)));
        }

        return await Task.WhenAll(results.Select(async done => done is (ScramUserChange user, { IsSuccess: true })
            ? (done.Change, await applier.VerifyAsync(user, ct))
            : done));
    }
}
