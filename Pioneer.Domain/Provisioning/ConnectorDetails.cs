using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// What only platform people see of a tenant's connectors: their configuration and Connect's own words name the source's address, its database user and
/// the SQL that picks the tenant's rows. That a connector changes or failed is told to everybody.
/// </summary>
public static class ConnectorDetails
{
    /// <summary>Of the changes and steps that hold such details.</summary>
    public const string ResourceType = "connector";

    /// <summary>Stands for Connect's own words.</summary>
    public const string FailureWithheld = "The connector did not take this. The platform's operators see why.";

    /// <summary>Not to who looks at one tenant as its members do.</summary>
    public static bool AreShownTo(Actor actor) => actor.Scope.IsAll;

    /// <summary>The state before or after a change as this person sees it.</summary>
    public static string? State(Change change, string? state, Actor actor) => change is ConnectorChange && !AreShownTo(actor) ? null : state;
}
