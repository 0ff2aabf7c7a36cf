using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>States of tenants in the words of a page.</summary>
public static class TenantWords
{
    /// <summary>Drift counts only once a tenant is active; before that the work simply goes on.</summary>
    public static (Tone Tone, string Text) Health(TenantState state, int? drift) => (state, drift) switch
    {
        (TenantState.Active, > 0) => (Tone.Warn, $"Drifted, {Plural.Of(drift.Value, "change")}"),
        (TenantState.Active, 0) => (Tone.Ok, "In sync"),
        (TenantState.Active, null) => (Tone.Note, "Not compared yet"),
        (TenantState.Provisioning, _) => (Tone.Info, "Provisioning"),
        (TenantState.Suspended, _) => (Tone.Warn, "Suspended"),
        (TenantState.Offboarding, _) => (Tone.Info, "Off-boarding"),
        _ => (Tone.Plain, "Deleted"),
    };

    public static string Word(this IsolationWay way) => way switch
    {
        IsolationWay.Broker => "Brokers",
        IsolationWay.Rules => "Brokers' rules",
        IsolationWay.Ksql => "ksqlDB",
        IsolationWay.Connect => "Connect",
        IsolationWay.Events => "Event streams",
        IsolationWay.Search => "Search",
        _ => "API",
    };

    public static string Word(this IsolationLevel isolation) => isolation switch
    {
        IsolationLevel.Dedicated => "Dedicated queries",
        _ => "Shared queries",
    };
}
