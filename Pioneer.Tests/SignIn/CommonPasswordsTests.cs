using Pioneer.Domain.Tenants;
using Pioneer.Portal.SignIn;
using Xunit;

namespace Pioneer.Tests.SignIn;

/// <summary>Passwords that are long enough and yet among the first that are tried.</summary>
public sealed class CommonPasswordsTests
{
    private static readonly PioneerUser Ada = new() { DisplayName = "Ada Lovelace", Email = "ada.lovelace@bank.example", UserName = "ada.lovelace@bank.example" };

    [Theory]
    [InlineData("passwordpassword")]
    [InlineData("Password1234!")]
    [InlineData("P@ssw0rd2026!!")]
    [InlineData("qwertyuiop12")]
    [InlineData("qwertzuiop123")]
    [InlineData("123456789012")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("xk3xk3xk3xk3")]
    [InlineData("abcdefghijkl")]
    [InlineData("Welcome2Bank!")]
    [InlineData("Summer2026!!!")]
    [InlineData("iloveyou12345")]
    [InlineData("Pioneer-Admin-1")]
    [InlineData("AdaLovelace1815")]
    [InlineData("lovelace@bank1")]
    [InlineData("correcthorsebatterystaple")]
    public void Common_one_is_refused(string password) => Assert.True(CommonPasswords.IsCommon(password, Ada));

    [Theory]
    [InlineData("a sentence that nobody guesses")]
    [InlineData("grüne Kühe tanzen leise")]
    [InlineData("kW7#vQz!pR2mXt")]
    [InlineData("my password is a teapot")]
    [InlineData("Correct-horse-battery-1")]
    [InlineData("a-long-password")]
    public void Uncommon_one_is_taken(string password) => Assert.False(CommonPasswords.IsCommon(password, Ada));
}
