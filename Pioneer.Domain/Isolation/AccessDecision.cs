using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Isolation;

/// <summary>May this principal do this to that?</summary>
/// <param name="Principal">With its <c>User:</c>.</param>
/// <param name="ResourceName">The name of one thing; <c>kafka-cluster</c> for the cluster.</param>
public sealed record AccessQuestion(string Principal, AclOperation Operation, AclResourceType ResourceType, string ResourceName)
{
    /// <summary>The address that the client connects from; one that no rule names unless it is said.</summary>
    public string Host { get; init; } = "";
}

/// <summary>The brokers' answer, and what decides it.</summary>
/// <param name="Rules">Each of these rules alone decides so, the most particular first; empty unless a rule decides.</param>
public sealed record AccessDecision(bool IsAllowed, AccessReason Reason, ImmutableArray<AclRule> Rules);

/// <summary>Why something is allowed or refused.</summary>
public enum AccessReason
{
    /// <summary>Super users may do everything.</summary>
    SuperUser,

    /// <summary>A rule denies it, whatever others allow.</summary>
    Denied,

    /// <summary>A rule allows it and none denies it.</summary>
    Allowed,

    /// <summary>There are rules on the thing, and none that allows it.</summary>
    NotGranted,

    /// <summary>No rule covers the thing, and the brokers let everybody do everything to such things.</summary>
    NoRules,
}

/// <summary>Somebody who may do what was asked for.</summary>
/// <param name="Principal"><c>User:*</c> is everybody who can connect.</param>
/// <param name="Rules">Each of them alone gives the right.</param>
public sealed record RightHolder(string Principal, AccessReason Reason, ImmutableArray<AclRule> Rules)
{
    /// <summary>The only addresses that it is allowed from; empty when it is from anywhere.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Addresses that it is refused from, where it is allowed from anywhere else.</summary>
    public ImmutableArray<string> NotFrom { get; init; } = [];
}

/// <summary>What of the brokers' configuration decides beside the rules. Brokers keep both to themselves, so an operator says them.</summary>
/// <param name="SuperUsers">Names without <c>User:</c>.</param>
/// <param name="AllowsEverybodyWithoutRules">The brokers' <c>allow.everyone.if.no.acl.found</c>.</param>
public sealed record AuthorizerSettings(ImmutableHashSet<string> SuperUsers, bool AllowsEverybodyWithoutRules = false);
