using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Quotas of the tenants' own principals. What the cluster does not take becomes a note, not a difference that nothing mends.</summary>
internal static class QuotaPlanning
{
    private const string Type = "quota";

    private static readonly ImmutableSortedDictionary<string, double> None = ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    public static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var wanted = desired.Quotas.ToDictionary(quota => quota.Entity, quota => quota.Limits);
        var found = observed.Quotas.Where(quota => IsOurs(desired, quota.Entity)).ToDictionary(quota => quota.Entity, quota => quota.Limits);
        var refused = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entity in wanted.Keys.Union(found.Keys))
        {
            Compare(plan, observed, entity, found.GetValueOrDefault(entity, None), wanted.GetValueOrDefault(entity, None), refused);
        }

        foreach (var reason in refused.GroupBy(key => observed.RefusedQuotas[key]))
        {
            plan.Note(Type, string.Join(", ", reason), reason.Key.Reason, reason.Key.WayOut);
        }

        AddForeign(plan, desired, observed);
    }

    private static void Compare(
        PlanBuilder plan, ObservedState observed, QuotaEntity entity, ImmutableSortedDictionary<string, double> current,
        ImmutableSortedDictionary<string, double> wanted, SortedSet<string> refused)
    {
        var differing = QuotaKeys.All.Where(key => Value(current, key) != Value(wanted, key)).ToLookup(observed.RefusedQuotas.ContainsKey);
        refused.UnionWith(differing[true]);
        if (!differing[false].Any())
        {
            return;
        }

        var kind = !current.Keys.Any(QuotaKeys.All.Contains) ? ChangeKind.Create : wanted.IsEmpty ? ChangeKind.Delete : ChangeKind.Update;
        var change = new QuotaChange(
            kind, entity.User!,
            differing[false].ToImmutableSortedDictionary(key => key, key => Value(current, key), StringComparer.Ordinal),
            differing[false].ToImmutableSortedDictionary(key => key, key => Value(wanted, key), StringComparer.Ordinal));
        plan.Add(kind is ChangeKind.Delete ? PlanPhase.RemoveQuotas : PlanPhase.SetQuotas, change);
    }

    private static void AddForeign(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        foreach (var quota in observed.Quotas.Where(quota => PlanScope.HasQuota(desired, quota.Entity)))
        {
            var others = IsOurs(desired, quota.Entity) ? quota.Limits.Where(limit => !QuotaKeys.All.Contains(limit.Key)) : quota.Limits;
            if (others.Any())
            {
                plan.Foreign(Type, $"{quota.Entity}: {string.Join(", ", others.Select(limit => limit.Key))}");
            }
        }
    }

    private static bool IsOurs(DesiredState desired, QuotaEntity entity) =>
        entity.IsUserOnly && desired.OwnedPrincipals.Contains($"User:{entity.User}");

    private static double? Value(ImmutableSortedDictionary<string, double> limits, string key) => limits.TryGetValue(key, out var value) ? value : null;
}
