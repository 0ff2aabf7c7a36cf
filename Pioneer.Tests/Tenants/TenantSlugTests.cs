using CsCheck;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Xunit;

namespace Pioneer.Tests.Tenants;

/// <summary>Slugs: what they may be, and that no tenant's names begin with another's.</summary>
public sealed class TenantSlugTests
{
    private static readonly Gen<string> GenText = Gen.Char["abz019-_. AÄ"].Array[0, 40].Select(chars => new string(chars));

    [Theory]
    [InlineData("acme")]
    [InlineData("a1b")]
    [InlineData("acme-eu-2")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345")]
    public void Slug_is_taken_when_it_fits_the_rules(string text) => Assert.Equal(text, TenantSlug.Create(text).Value.Value);

    [Theory]
    [InlineData(null, "SlugMissing")]
    [InlineData("", "SlugMissing")]
    [InlineData("ab", "SlugTooShort")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", "SlugTooLong")]
    [InlineData("1acme", "SlugMalformed")]
    [InlineData("acme-", "SlugMalformed")]
    [InlineData("ac--me", "SlugMalformed")]
    [InlineData("ac_me", "SlugMalformed")]
    [InlineData("ac.me", "SlugMalformed")]
    [InlineData("Acme", "SlugMalformed")]
    [InlineData("acmé", "SlugMalformed")]
    [InlineData("acme\n", "SlugMalformed")]
    [InlineData("_acme", "SlugMalformed")]
    [InlineData("_x", "SlugMalformed")]
    [InlineData("pioneer", "SlugReserved")]
    [InlineData("pioneer-connect", "SlugReserved")]
    [InlineData("default", "SlugReserved")]
    public void Slug_is_refused_with_the_reason(string? text, string code)
    {
        var error = TenantSlug.Create(text).Error;

        Assert.Equal((code, "slug"), (error!.Code, error.Field));
    }

    [Theory]
    [InlineData("Acme Corp.", "acme-corp")]
    [InlineData("1 Acme", "acme")]
    [InlineData("a_very_long_name_of_a_tenant_that_does_not_fit", "a-very-long-name-of-a-tenant-tha")]
    [InlineData("Ünïcode & Söhne", "uenicode-soehne")]
    [InlineData("Straße 1", "strasse-1")]
    [InlineData("Łódź Sparkasse Åland", "lodz-sparkasse-aland")]
    [InlineData("Crédit Agrícola", "credit-agricola")]
    [InlineData("😀 Acme", "acme")]
    [InlineData("\ud800Acme", "acme")]
    [InlineData("Acme\ufffe", "acme")]
    [InlineData("!!", null)]
    [InlineData("Pioneer", null)]
    public void Suggestion_is_near_the_text_or_nothing(string text, string? suggestion) => Assert.Equal(suggestion, TenantSlug.Suggest(text));

    [Fact]
    public void Suggestion_is_always_a_slug() =>
        GenText.Sample(text => TenantSlug.Suggest(text) is not { } suggestion || TenantSlug.Create(suggestion).IsSuccess);

    [Fact]
    public void Names_of_one_tenant_are_never_prefixes_of_names_of_another()
    {
        var gen = Gen.Char["ab-"].Array[3, 8].Select(chars => TenantSlug.Create(new string(chars))).Where(slug => slug.IsSuccess).Select(slug => slug.Value);
        Gen.Select(gen, gen).Where((left, right) => left != right).Sample((left, right) =>
            !TopicNames.Prefix(right).StartsWith(TopicNames.Prefix(left), StringComparison.Ordinal)
            && !KsqlNames.Prefix(right).StartsWith(KsqlNames.Prefix(left), StringComparison.Ordinal)
            && !KsqlNames.ServiceId(right).StartsWith(KsqlNames.ServiceId(left), StringComparison.Ordinal)
            && !KsqlNames.SharedServiceId.StartsWith(KsqlNames.ServiceId(left), StringComparison.Ordinal));
    }
}
