using Pioneer.Domain;

namespace Pioneer.Portal.SignIn;

/// <summary>What section <c>Authentication:Entra</c> must say; all that is missing or unsafe is told at once, at start.</summary>
internal static class EntraSettings
{
    public const string Section = "Authentication:Entra";

    private const string PublicCloud = "https://login.microsoftonline.com/";

    // with these, anybody's directory could sign people in, and an admin of that directory hands out our app roles
    private static readonly string[] OpenDirectories = ["common", "organizations", "consumers"];

    /// <summary>The section, with the public cloud as the instance where none is named.</summary>
    /// <exception cref="StartException">Something is missing or unsafe.</exception>
    public static IConfigurationSection Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        if (string.IsNullOrWhiteSpace(section["Instance"]))
        {
            section["Instance"] = PublicCloud;
        }

        var problems = Problems(section).ToList();
        return problems.Count == 0 ? section : throw new StartException(string.Join(' ', problems));
    }

    private static IEnumerable<string> Problems(IConfigurationSection section)
    {
        foreach (var key in new[] { "TenantId", "ClientId", "ClientSecret" })
        {
            if (string.IsNullOrWhiteSpace(section[key]))
            {
                yield return $"{Section}:{key} is missing; it is on the app registration in Microsoft Entra ID.";
            }
        }

        if (OpenDirectories.Contains(section["TenantId"], StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{Section}:TenantId is '{section["TenantId"]}', which lets the people of every directory in; name the one directory whose admins you trust.";
        }

        if (!Uri.TryCreate(section["Instance"], UriKind.Absolute, out var instance) || instance.Scheme != Uri.UriSchemeHttps)
        {
            yield return $"{Section}:Instance is '{section["Instance"]}'; it must be an https address, because keys that tokens are checked with come from it.";
        }
    }
}
