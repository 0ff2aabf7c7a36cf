using System.Text.RegularExpressions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// Which of a tenant's own things a part of a plan is about: a feed, a subscription, a credential, or the ground they all stand on. So that one that
/// is broken is nobody else's failure.
/// </summary>
public readonly partial record struct TenantThing
{
    /// <summary>Rights, users and the ksqlDB service that everything of the tenant relies on.</summary>
    public static TenantThing Ground => default;

    private TenantThing(string name, bool isCredential) => (Name, IsCredential) = (name, isCredential);

    /// <summary>Null for the ground. Feeds and subscriptions share one set of names.</summary>
    public string? Name { get; }

    public bool IsCredential { get; }

    /// <summary>A feed or a subscription.</summary>
    public static TenantThing Stream(string name) => new(name, isCredential: false);

    public static TenantThing Credential(string name) => new(name, isCredential: true);

    public static TenantThing Of(TenantSlug tenant, Change change) => change is AclChange acl
        ? OfPrincipal(tenant, acl.Rule.Principal["User:".Length..])
        : Of(tenant, change.ResourceType, change.Resource);

    public static TenantThing Of(TenantSlug tenant, BlockedChange blocked) => Of(tenant, blocked.ResourceType, blocked.Resource);

    private static TenantThing Of(TenantSlug tenant, string type, string resource) => type switch
    {
        "ksql-stream" or "ksql-query" => OfKsql(tenant, resource[(resource.IndexOf('/', StringComparison.Ordinal) + 1)..]),
        "scram-user" or "quota" => OfPrincipal(tenant, resource),
        _ => TopicNames.Parse(resource) is { } topic && topic.Tenant == tenant ? Stream(topic.Name) : Ground,
    };

    // What KsqlNames made of a name, taken back: names hold neither capitals nor underscores.
    private static TenantThing OfKsql(TenantSlug tenant, string name)
    {
        var prefix = KsqlNames.Prefix(tenant);
        return name.StartsWith(prefix, StringComparison.Ordinal)
            ? Stream(Version().Replace(name[prefix.Length..], "").ToLowerInvariant().Replace('_', '-'))
            : Ground;
    }

    private static TenantThing OfPrincipal(TenantSlug tenant, string principal)
    {
        var prefix = TopicNames.Prefix(tenant);
        return principal.StartsWith(prefix, StringComparison.Ordinal) && !Principals.ReservedCredentialNames.Contains(principal[prefix.Length..])
            ? Credential(principal[prefix.Length..])
            : Ground;
    }

    [GeneratedRegex("_V[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
