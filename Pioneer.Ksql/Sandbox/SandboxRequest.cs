using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Planning;

namespace Pioneer.Ksql.Sandbox;

/// <summary>Whose statement it is.</summary>
/// <param name="Slug">The tenant's slug: its topics begin with it and a dot.</param>
/// <param name="ObjectPrefix">What its objects begin with in a ksqlDB: <c>ACME__</c>.</param>
public sealed record SandboxTenant(string Slug, string ObjectPrefix);

/// <summary>What the statement is checked for.</summary>
public enum SandboxMode
{
    /// <summary>For the editor: would it run, and would it deploy?</summary>
    Validate,

    /// <summary>To show rows and stop.</summary>
    Preview,

    /// <summary>To run for good as a subscription.</summary>
    Deploy,
}

/// <summary>A statement of a tenant, to be judged.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Catalogue">All that the tenant may name. Nothing else exists for it.</param>
/// <param name="Sql">The text, as it came.</param>
/// <param name="Properties">Properties that came with it.</param>
/// <param name="Mode">What for.</param>
/// <param name="SubscriptionName">
/// The name it is deployed under, such as <c>large-payments</c>; needed for a bare SELECT to be deployed.
/// </param>
public sealed record SandboxRequest(
    SandboxTenant Tenant,
    Catalogue Catalogue,
    string Sql,
    IReadOnlyDictionary<string, string> Properties,
    SandboxMode Mode,
    string? SubscriptionName)
{
    /// <summary>What the tenant may ask for at most.</summary>
    public SandboxLimits Limits { get; init; } = SandboxLimits.Default;

    /// <summary>What the engine that would run the statement can do.</summary>
    public EngineCapabilities Capabilities { get; init; } = EngineCapabilities.Stateless;

    internal AnalysisOptions Analysis => AnalysisOptions.Default with { Capabilities = Capabilities };
}
