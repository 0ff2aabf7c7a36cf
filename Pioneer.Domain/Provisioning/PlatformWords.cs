using System.Text.RegularExpressions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>
/// What brokers and ksqlDB say of a failure, as a tenant's people may read it: a shared ksqlDB names other tenants' streams, topics and users, and every
/// client names the addresses of its servers. Platform people read the words as they came.
/// </summary>
public static partial class PlatformWords
{
    /// <summary>The text as this person may read it.</summary>
    public static string? For(Actor actor, TenantSlug? tenant, string? text) =>
        text is null || tenant is not { } own || actor.Scope.IsAll ? text : ForTenant(own, text);

    /// <summary>The failure as this person may read it.</summary>
    public static Error For(Actor actor, TenantSlug tenant, Error error) =>
        error with { Message = For(actor, tenant, error.Message)!, Hint = For(actor, tenant, error.Hint) };

    /// <summary>The text for everybody who sees the tenant.</summary>
    public static string ForTenant(TenantSlug tenant, string text)
    {
        text = Address().Replace(text, "(an address)");
        text = Topic().Replace(text, match => match.Groups["slug"].Value == tenant.Value ? match.Value : "(another topic)");
        text = User().Replace(text, match => match.Value.StartsWith($"User:{tenant}.", StringComparison.Ordinal) ? match.Value : "(another user)");
        text = InternalTopic().Replace(
            text, match => match.Value.StartsWith($"_confluent-ksql-{KsqlNames.ServiceId(tenant)}", StringComparison.Ordinal) ? match.Value : "(an internal topic)");
        return KsqlObject().Replace(text, match => match.Groups["object"].Value.StartsWith(KsqlNames.Prefix(tenant), StringComparison.Ordinal) ? match.Value : "(another stream)");
    }

    // A URL; or a name or number of a host with its port; or a number alone. Places in a text (1:15) are none.
    [GeneratedRegex(
        @"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s'"",;)\]]+|\b[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*:[0-9]{2,5}\b|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]+)?\b",
        RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(?<slug>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.[twdsq]\.[a-z0-9.-]+", RegexOptions.NonBacktracking)]
    private static partial Regex Topic();

    [GeneratedRegex("User:[A-Za-z0-9._-]+", RegexOptions.NonBacktracking)]
    private static partial Regex User();

    [GeneratedRegex("_confluent-ksql-[A-Za-z0-9._-]+", RegexOptions.NonBacktracking)]
    private static partial Regex InternalTopic();

    // An object of a tenant, or a query that ksqlDB named after one.
    [GeneratedRegex(@"\b(?:C[ST]AS_|INSERTQUERY_)?(?<object>[A-Z][A-Z0-9_]*__[A-Z0-9_]+)\b", RegexOptions.NonBacktracking)]
    private static partial Regex KsqlObject();
}
