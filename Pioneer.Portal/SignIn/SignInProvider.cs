using Pioneer.Domain;

namespace Pioneer.Portal.SignIn;

/// <summary>Who signs people in; key <c>Authentication:Provider</c>.</summary>
/// <param name="IsEntra">Microsoft Entra ID; otherwise local accounts.</param>
public sealed record SignInProvider(bool IsEntra)
{
    /// <summary>Local when nothing is said.</summary>
    /// <exception cref="StartException">A provider that there is not: never fall back to another one silently.</exception>
    public static SignInProvider Read(IConfiguration configuration) => configuration["Authentication:Provider"] switch
    {
        null or "" => new SignInProvider(IsEntra: false),
        var name when name.Equals("Local", StringComparison.OrdinalIgnoreCase) => new SignInProvider(IsEntra: false),
        var name when name.Equals("Entra", StringComparison.OrdinalIgnoreCase) => new SignInProvider(IsEntra: true),
        var name => throw new StartException($"Authentication:Provider is '{name}'; it can be Local or Entra."),
    };
}
