using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Hosting;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Who needs a second factor, key <c>SignIn:SecondFactor</c>: <c>Optional</c>, <c>PlatformRoles</c> or <c>Everybody</c>. Unless said, people with a role over
/// the platform do as soon as others than this machine can reach the portal.
/// </summary>
internal sealed class SecondFactorRule
{
    private const string Key = "SignIn:SecondFactor";

    private readonly string _rule;

    public SecondFactorRule(IConfiguration configuration, PortalAddress address)
    {
        string[] rules = ["Optional", "PlatformRoles", "Everybody"];
        var text = configuration[Key] is { Length: > 0 } said ? said : address.IsLoopback ? rules[0] : rules[1];
        _rule = rules.FirstOrDefault(rule => rule.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new StartException($"{Key} is '{text}'; it can be {string.Join(", ", rules)}.");
    }

    /// <summary>The account's rights wait for a second factor.</summary>
    public bool Asks(PioneerUser user) => _rule switch
    {
        "Everybody" => true,
        "PlatformRoles" => user.PlatformRole is not PlatformRole.None,
        _ => false,
    };
}
