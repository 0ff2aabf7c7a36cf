using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Typed addresses of tenants' own ksqlDB are origins out of a list, and never hold a secret.</summary>
public sealed class KsqlAddressRulesTests
{
    private static readonly KsqlAddressRules Any = new([]), Listed = new(["ksqldb-acme", "10.1.2.3"]);

    [Theory]
    [InlineData("http://ksqldb-acme:8088")]
    [InlineData("https://KSQLDB-acme/")]
    [InlineData(" https://10.1.2.3:8088 ")]
    public void Origin_of_a_listed_host_may_be_used(string address)
    {
        Assert.Null(Listed.Check(address));
        Assert.Null(Any.Check(address));
    }

    [Theory]
    [InlineData("ksqldb-acme", "KsqlUrlMalformed")]
    [InlineData("ftp://ksqldb-acme", "KsqlUrlMalformed")]
    [InlineData("file:///etc/passwd", "KsqlUrlMalformed")]
    [InlineData("http://ksqldb-acme:8088/connectors", "KsqlUrlMalformed")]
    [InlineData("http://ksqldb-acme:8088/?x=1", "KsqlUrlMalformed")]
    [InlineData("http://ksqldb-acme:8088?", "KsqlUrlMalformed")]
    [InlineData("http://ksqldb-acme:8088/#x", "KsqlUrlMalformed")]
    [InlineData("http://ksqldb-acme:99999", "KsqlUrlMalformed")]
    [InlineData("https://bob:hunter2@ksqldb-acme", "KsqlUrlHoldsSecret")]
    [InlineData("https://bob@ksqldb-acme", "KsqlUrlHoldsSecret")]
    [InlineData("https://@ksqldb-acme", "KsqlUrlHoldsSecret")]
    [InlineData("bob:hunter2@ksqldb-acme", "KsqlUrlHoldsSecret")]
    [InlineData("http://169.254.169.254", "KsqlUrlClosed")]
    [InlineData("http://ksqldb-acme.evil.example", "KsqlUrlClosed")]
    [InlineData("http://localhost:8083", "KsqlUrlClosed")]
    public void Anything_else_is_refused_with_its_field_and_repeats_no_secret(string address, string code)
    {
        var refused = Listed.Check(address)!;

        Assert.Equal((code, "ksqlUrl"), (refused.Code, refused.Field));
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }
}
