namespace Pioneer.Domain.Tenants;

/// <summary>What is counted of a tenant and limited.</summary>
public enum TenantUseKind
{
    Subscriptions,
    Partitions,
    Streams,
    Previews,
    Tails,
    Circuits,
    Tokens,
    Accounts,
}

/// <summary>What each kind is called, and where its limit stands.</summary>
public static class TenantUseKinds
{
    /// <summary>The limit of the kind; null for the default, <see cref="TenantLimits.Unlimited"/> for none.</summary>
    public static int? Of(this TenantUseKind kind, TenantLimits limits) => kind switch
    {
        TenantUseKind.Subscriptions => limits.Subscriptions,
        TenantUseKind.Partitions => limits.Partitions,
        TenantUseKind.Streams => limits.Streams,
        TenantUseKind.Previews => limits.Previews,
        TenantUseKind.Tails => limits.Tails,
        TenantUseKind.Circuits => limits.Circuits,
        TenantUseKind.Tokens => limits.Tokens,
        _ => limits.Accounts,
    };

    /// <summary>The limits with another value for the kind.</summary>
    public static TenantLimits With(this TenantUseKind kind, TenantLimits limits, int? value) => kind switch
    {
        TenantUseKind.Subscriptions => limits with { Subscriptions = value },
        TenantUseKind.Partitions => limits with { Partitions = value },
        TenantUseKind.Streams => limits with { Streams = value },
        TenantUseKind.Previews => limits with { Previews = value },
        TenantUseKind.Tails => limits with { Tails = value },
        TenantUseKind.Circuits => limits with { Circuits = value },
        TenantUseKind.Tokens => limits with { Tokens = value },
        _ => limits with { Accounts = value },
    };

    /// <summary>The field of the kind in forms and in the API.</summary>
    public static string Field(this TenantUseKind kind) => char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..];

    /// <summary>What there is too much of, as a person calls it.</summary>
    public static string Words(this TenantUseKind kind) => kind switch
    {
        TenantUseKind.Streams => "event streams at the same time",
        TenantUseKind.Previews => "previews at the same time",
        TenantUseKind.Tails => "live tails at the same time",
        TenantUseKind.Circuits => "open windows at the same time",
        TenantUseKind.Tokens => "API tokens",
        TenantUseKind.Accounts => "members and invitations",
        _ => kind.Field(),
    };

    /// <summary>How one comes below the limit again.</summary>
    public static string WayOut(this TenantUseKind kind) => kind switch
    {
        TenantUseKind.Streams => "Close one, or read several subscriptions from Kafka.",
        TenantUseKind.Previews => "Stop one, or wait until one has ended.",
        TenantUseKind.Tails or TenantUseKind.Circuits => "Close a window.",
        TenantUseKind.Tokens => "Revoke one that nobody uses.",
        TenantUseKind.Accounts => "Remove a member, or withdraw an invitation.",
        TenantUseKind.Partitions => "Delete a subscription, or give a feed back.",
        _ => "Delete one that nobody needs.",
    };
}
