using System.Linq.Expressions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>
/// The second fence of every query: rows of the actor's tenants only, whatever the ambient scope says. Pages and API set the ambient scope from
/// the same actor; a job that runs with all tenants in scope on somebody's behalf is caught here.
/// </summary>
internal static class ScopedRows
{
    public static IQueryable<Tenant> Visible(this IQueryable<Tenant> rows, Actor actor)
    {
        if (actor.Scope.IsAll)
        {
            return rows;
        }

        var visible = actor.Scope.Tenants.ToList();
        return rows.Where(row => visible.Contains(row.Id));
    }

    /// <summary>Rows whose tenant, by <paramref name="tenantOf"/>, is the actor's; rows of no tenant are for platform people.</summary>
    public static IQueryable<TRow> Visible<TRow>(this IQueryable<TRow> rows, Actor actor, Expression<Func<TRow, TenantId?>> tenantOf)
    {
        if (actor.Scope.IsAll)
        {
            return rows;
        }

        var visible = actor.Scope.Tenants.Select(tenant => (TenantId?)tenant).ToList();
        Expression<Func<List<TenantId?>>> list = () => visible;
        var contains = typeof(List<TenantId?>).GetMethod(nameof(List<TenantId?>.Contains), [typeof(TenantId?)])!;
        return rows.Where(Expression.Lambda<Func<TRow, bool>>(Expression.Call(list.Body, contains, tenantOf.Body), tenantOf.Parameters));
    }
}
