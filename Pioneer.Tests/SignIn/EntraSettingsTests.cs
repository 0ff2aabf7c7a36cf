using Microsoft.Extensions.Configuration;
using Pioneer.Domain;
using Pioneer.Portal.SignIn;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>A portal that would sign people in unsafely does not start.</summary>
public sealed class EntraSettingsTests
{
    [Fact]
    public void Everything_that_is_missing_is_named_at_once()
    {
        var refused = Assert.Throws<StartException>(() => EntraSettings.Read(Configuration()));

        Assert.Contains("Authentication:Entra:TenantId", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:Entra:ClientId", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:Entra:ClientSecret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TenantId", "common")]
    [InlineData("TenantId", "Organizations")]
    [InlineData("Instance", "http://login.example/")]
    [InlineData("Instance", "login.example")]
    public void Setting_that_lets_strangers_in_is_refused(string key, string value)
    {
        var refused = Assert.Throws<StartException>(() => EntraSettings.Read(Complete((key, value))));

        Assert.Contains($"Authentication:Entra:{key} is '{value}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Public_cloud_is_the_default() => Assert.Equal("https://login.microsoftonline.com/", EntraSettings.Read(Complete())["Instance"]);

    [Fact]
    public void Provider_that_there_is_not_is_refused_and_not_replaced() =>
        Assert.Throws<StartException>(() => SignInProvider.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("Authentication:Provider", "Entre")]).Build()));

    private static IConfiguration Complete(params (string Key, string Value)[] changes) =>
        Configuration([("TenantId", OidcIssuer.Directory), ("ClientId", OidcIssuer.ClientId), ("ClientSecret", "x"), .. changes]);

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToLookup(s => s.Key).ToDictionary(s => $"Authentication:Entra:{s.Key}", s => (string?)s.Last().Value)).Build();
}
