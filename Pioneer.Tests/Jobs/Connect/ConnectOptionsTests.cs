using Pioneer.Jobs.Connect;
using Xunit;

namespace Pioneer.Tests.Jobs.Connect;

public sealed class ConnectOptionsTests
{
    [Theory]
    [InlineData("${pioneer:{source}:password}", "${pioneer:bank:password}")]
    [InlineData("${file:/etc/connect/sources.properties:{source}}", "${file:/etc/connect/sources.properties:bank}")]
    [InlineData("${dir:/run/secrets:pioneer-{source}}", "${dir:/run/secrets:pioneer-bank}")]
    [InlineData("${env:BANK_{source}}", "${env:BANK_bank}")]
    public void Reference_is_written_with_the_source_and_read_back(string setting, string reference)
    {
        var options = new ConnectOptions { SecretReference = setting };

        Assert.True(new ConnectOptionsValidator().Validate(null, options).Succeeded);
        Assert.Equal(reference, options.ReferenceTo("bank"));
        Assert.Equal("bank", options.SourceOf(reference));
        Assert.Null(options.SourceOf("S3cret-of-the-bank"));
        Assert.Null(options.SourceOf("${other:bank:password}"));
    }

    [Theory]
    [InlineData("file:/etc/connect/sources.properties:{source}")]
    [InlineData("${file:/etc/connect/sources.properties:password}")]
    [InlineData("${{source}}")]
    [InlineData("${file:{source}:{source}}")]
    [InlineData("before ${dir:/run/secrets:{source}}")]
    public void What_no_config_provider_resolves_is_refused_with_the_key(string setting)
    {
        var result = new ConnectOptionsValidator().Validate(null, new ConnectOptions { SecretReference = setting });

        Assert.Contains($"Connect:SecretReference '{setting}' is no reference", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void User_without_a_password_is_refused_with_both_keys()
    {
        var result = new ConnectOptionsValidator().Validate(null, new ConnectOptions { Username = "pioneer" });

        Assert.Equal("Connect:Username and Connect:Password go together.", Assert.Single(result.Failures!));
    }
}
