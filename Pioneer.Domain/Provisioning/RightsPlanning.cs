namespace Pioneer.Domain.Provisioning;

/// <summary>SCRAM users and ACLs.</summary>
internal static class RightsPlanning
{
    public static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        AddUsers(plan, desired, observed);
        AddAcls(plan, desired, observed);
    }

    private static void AddUsers(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Users.Select(user => (user.User, user.Mechanism)).ToHashSet();
        var wanted = desired.Users.Select(user => (user.User, user.Mechanism)).ToHashSet();
        foreach (var user in desired.Users.Where(user => !found.Contains((user.User, user.Mechanism))))
        {
            if (user.SecretName is null)
            {
                plan.Withhold(
                    new ScramUserChange(ChangeKind.Create, ChangeRisk.Safe, user),
                    $"The broker does not know '{user.User}', and its password was shown once and is not kept.",
                    "Rotate or revoke the credential.");
            }
            else
            {
                plan.Add(PlanPhase.CreateUsers, new ScramUserChange(ChangeKind.Create, ChangeRisk.Safe, user));
            }
        }

        foreach (var user in observed.Users.Where(user => !wanted.Contains((user.User, user.Mechanism))))
        {
            if (desired.Retired.Users.Contains(user.User))
            {
                var removed = user with { SecretName = null };
                plan.Add(PlanPhase.RemoveUsers, new ScramUserChange(ChangeKind.Delete, ChangeRisk.RemovesRights, removed) { IsAskedFor = true });
            }
            else if (PlanScope.HasUser(desired, user.User))
            {
                plan.Foreign("scram-user", $"{user.User} ({user.Mechanism})");
            }
        }
    }

    private static void AddAcls(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Acls.ToHashSet();
        var wanted = desired.Acls.ToHashSet();
        foreach (var rule in wanted.Where(rule => !found.Contains(rule)))
        {
            plan.Add(PlanPhase.GrantRights, new AclChange(ChangeKind.Create, ChangeRisk.Safe, rule));
        }

        foreach (var rule in found.Where(rule => !wanted.Contains(rule)))
        {
            if (desired.OwnedPrincipals.Contains(rule.Principal) || desired.Retired.Acls.Contains(rule))
            {
                plan.Add(PlanPhase.RevokeRights, Removal(rule, desired.Retired));
            }
            else if (PlanScope.HasAcl(desired, rule))
            {
                plan.Foreign("acl", rule.ToString());
            }
        }
    }

    /// <summary>
    /// Rights of a principal that a person shut out are taken without asking again. Anything else that somebody added is shown and waits: it may be
    /// what keeps a client going tonight, and a DENY may be what keeps one out.
    /// </summary>
    private static AclChange Removal(AclRule rule, RetiredResources retired)
    {
        var risk = rule.Permission is AclPermission.Allow ? ChangeRisk.RemovesRights : ChangeRisk.WeakensProtection;
        var asked = retired.Acls.Contains(rule) || (risk is ChangeRisk.RemovesRights && retired.Principals.Contains(rule.Principal));
        return new AclChange(ChangeKind.Delete, risk, rule) { IsAskedFor = asked };
    }
}
