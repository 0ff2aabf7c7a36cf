namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Compares wanted with observed state. Pure and total: the same inputs give the same plan, any inputs give one. What the plan does once
/// applied, a second plan finds done; a plan cut off anywhere is finished by the next. Only what the database knows as ours is ever changed.
/// </summary>
public static class ProvisioningPlanner
{
    public static Plan Plan(DesiredState desired, ObservedState observed)
    {
        var plan = new PlanBuilder();
        ConnectorPlanning.Add(plan, desired, observed);
        KsqlPlanning.Add(plan, desired, observed);
        RightsPlanning.Add(plan, desired, observed);
        QuotaPlanning.Add(plan, desired, observed);
        TopicPlanning.Add(plan, desired, observed);
        return plan.Build() with { IsOffboarding = desired.IsOffboarding };
    }

    /// <summary>The part about SCRAM users and ACLs alone: looks at nothing else of either state.</summary>
    public static Plan PlanRights(DesiredState desired, ObservedState observed)
    {
        var plan = new PlanBuilder();
        RightsPlanning.Add(plan, desired, observed);
        return plan.Build();
    }
}
