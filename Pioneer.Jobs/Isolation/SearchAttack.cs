using System.Collections.Immutable;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Tenants;

namespace Pioneer.Jobs.Isolation;

/// <summary>Searches for other tenants as an admin of one tenant: by the query and the filters that the pages' search uses, in a scope of that tenant.</summary>
public sealed class SearchAttack(IServiceScopeFactory scopes, TimeProvider time)
{
    private const string As = "search of an admin of the tenant";

    internal async Task<ImmutableArray<IsolationAttempt>> RunAsync(AttackGround ground, CheckedTenant tenant, CancellationToken ct)
    {
        var actor = new Actor(
            "isolation-check", As, ActorKind.ApiToken, PlatformRole.None, ImmutableDictionary<Domain.TenantId, TenantRole>.Empty.Add(tenant.Id, TenantRole.Admin));
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(actor.Scope);
        var search = scope.ServiceProvider.GetRequiredService<GlobalSearch>();
        var attempts = ImmutableArray.CreateBuilder<IsolationAttempt>();
        var works = (await search.FindAsync(actor, tenant.Slug.Value, ct)).Any(hit => hit.Tenant == tenant.Slug.Value);
        attempts.Add(new IsolationAttempt(
            IsolationWay.Search, As, "find its own tenant", tenant.Slug.Value, "found", works ? "found" : "not observed: it finds nothing, so that it finds no other proves nothing",
            works ? AttemptResult.Held : AttemptResult.NotObserved, time.GetUtcNow())
        { IsControl = true });
        foreach (var other in works ? ground.OthersOf(tenant, time.GetUtcNow()) : [])
        {
            var found = (await search.FindAsync(actor, other.Slug.Value, ct)).Count(hit => hit.Tenant == other.Slug.Value);
            attempts.Add(new IsolationAttempt(
                IsolationWay.Search, As, "find another tenant", other.Slug.Value, "nothing of it", found == 0 ? "nothing of it" : $"{found} things of it",
                found == 0 ? AttemptResult.Held : AttemptResult.Broken, time.GetUtcNow())
            { Reached = found == 0 ? null : other.Slug.Value });
        }

        return attempts.ToImmutable();
    }
}
