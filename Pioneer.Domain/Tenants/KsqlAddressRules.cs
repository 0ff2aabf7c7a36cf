using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Pioneer.Domain.Tenants;

/// <summary>
/// Which addresses may be typed for a tenant's own ksqlDB: an origin and nothing more, so that the portal sends nothing to a path that somebody thought out, no
/// name or password stands where the address is shown, and, where an operator lists hosts (<c>Ksql:Hosts</c>), to no other.
/// </summary>
/// <param name="Hosts">Hosts that may be named; empty for any.</param>
public sealed record KsqlAddressRules(ImmutableArray<string> Hosts)
{
    private const string Field = "ksqlUrl", Example = "It looks like https://ksqldb-acme:8088.";

    /// <summary>Reads <c>Ksql:Hosts</c>, separated by commas.</summary>
    public static KsqlAddressRules Read(IConfiguration configuration) => new(
        [.. (configuration["Ksql:Hosts"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>What is wrong with an address; null where it may be used. Says nothing of what answers there.</summary>
    public Error? Check(string address)
    {
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return address.Contains('@', StringComparison.Ordinal)
                ? Secret
                : Error.Invalid("KsqlUrlMalformed", Field, $"'{address}' is not an http or https address.", Example);
        }

        if (address.Contains('@', StringComparison.Ordinal) || url.UserInfo.Length > 0)
        {
            return Secret;
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || address.Contains('#', StringComparison.Ordinal) || address.Contains('?', StringComparison.Ordinal))
        {
            return Error.Invalid("KsqlUrlMalformed", Field, $"'{address}' has more than scheme, host and port.", Example);
        }

        return Hosts.IsEmpty || Hosts.Contains(url.IdnHost, StringComparer.OrdinalIgnoreCase)
            ? null
            : Error.Invalid("KsqlUrlClosed", Field, $"'{url.IdnHost}' may not be asked by this installation.", "An operator can allow it in Ksql:Hosts.");
    }

    // what was typed is not repeated: it may hold a password
    private static Error Secret => Error.Invalid(
        "KsqlUrlHoldsSecret", Field, "The address holds a user or password, which would be shown in lists and the audit log.",
        "Leave it out; an operator gives it in Ksql:Credentials.");
}
