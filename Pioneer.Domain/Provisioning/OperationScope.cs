using Pioneer.Domain.Operations;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// The part of a tenant's plan that an operation covers: what was asked for, and the ground that it needs. The rest of the plan is neither tried nor
/// counted. Written into <see cref="Operation.Target"/> as names of topics and principals.
/// </summary>
public sealed class OperationScope
{
    private const string Quotas = "quotas";
    private const char Separator = ' ';

    /// <summary>Everything of the tenant.</summary>
    public static readonly OperationScope Whole = new(null, [], quotas: false);

    private readonly TenantSlug? _tenant;
    private readonly HashSet<TenantThing> _things;
    private readonly bool _quotas;

    private OperationScope(TenantSlug? tenant, IEnumerable<TenantThing> things, bool quotas) =>
        (_tenant, _things, _quotas) = (tenant, [.. things], quotas);

    public bool IsWhole => _tenant is null;

    /// <summary>The target of an operation that is about these topics and principals only; null, which is the whole tenant, where they are too many to write down.</summary>
    public static string? Target(IEnumerable<string> names)
    {
        var text = string.Join(Separator, names.Distinct(StringComparer.Ordinal));
        return text.Length > TextLimits.LongName ? null : text;
    }

    /// <summary>The target of an operation that is about the limits of all the tenant's principals.</summary>
    public static string TargetOfQuotas => Quotas;

    /// <summary>What an operation covers of one tenant.</summary>
    /// <param name="subject">Of an operation on a subscription: its topic.</param>
    public static OperationScope Of(TenantSlug tenant, OperationKind kind, string subject, string? target) => (kind, target) switch
    {
        (OperationKind.ApplySubscription, _) => Of(tenant, subject),
        (OperationKind.ReconcileAll, { } feed) => new OperationScope(tenant, [TenantThing.Stream(feed)], quotas: false),
        (OperationKind.ReconcileTenant, Quotas) => new OperationScope(tenant, [], quotas: true),
        (OperationKind.ReconcileTenant, not (null or RequestReconcile.Confirmed or RequestReconcile.SafeOnly)) => Of(tenant, target!),
        _ => Whole,
    };

    public bool Covers(Change change) =>
        _tenant is not { } tenant || _things.Contains(TenantThing.Of(tenant, change)) || (_quotas && change is QuotaChange);

    public bool Covers(BlockedChange blocked) => _tenant is not { } tenant || _things.Contains(TenantThing.Of(tenant, blocked));

    /// <summary>
    /// The covered part of a plan, with what it needs of other things (a query that has to stop for a moment is started again with it), and with whatever of
    /// the ground is missing and can be made without harm.
    /// </summary>
    public Plan Of(Plan plan)
    {
        if (_tenant is not { } tenant)
        {
            return plan;
        }

        var included = plan.Changes.Where(change => Covers(change) || IsMissingGround(tenant, change)).ToHashSet();
        while (plan.Changes.Where(change => !included.Contains(change) && IsNeeded(tenant, change, included)).ToList() is { Count: > 0 } needed)
        {
            included.UnionWith(needed);
        }

        return plan with { Changes = [.. plan.Changes.Where(included.Contains)], Blocked = [.. plan.Blocked.Where(Covers)] };
    }

    private static bool IsMissingGround(TenantSlug tenant, Change change) =>
        change is { Kind: ChangeKind.Create, Risk: ChangeRisk.Safe } && TenantThing.Of(tenant, change) == TenantThing.Ground;

    private bool IsNeeded(TenantSlug tenant, Change change, HashSet<Change> included) => included.Any(other => PlanDependencies.Needs(other, change)
        || (!Covers(other) && TenantThing.Of(tenant, other) == TenantThing.Of(tenant, change) && PlanDependencies.Needs(change, other)));

    private static OperationScope Of(TenantSlug tenant, string names) =>
        new(tenant, names.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Select(name => ThingOf(tenant, name)), quotas: false);

    private static TenantThing ThingOf(TenantSlug tenant, string name) => TopicNames.Parse(name) is { } topic
        ? TenantThing.Stream(topic.Name)
        : TenantThing.Credential(name[TopicNames.Prefix(tenant).Length..]);
}
