using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>A tenant's people read why something failed, and nothing of others or of servers.</summary>
public sealed class PlatformWordsTests
{
    private static readonly TenantSlug Acme = TenantSlug.Parse("acme");

    [Theory]
    [InlineData("line 1:15: no viable input at 'FORM'", "line 1:15: no viable input at 'FORM'")]
    [InlineData("ACME__LARGE reads ACME__PAYMENTS over acme.t.payments.", "ACME__LARGE reads ACME__PAYMENTS over acme.t.payments.")]
    [InlineData("Query CSAS_ACME__LARGE_7 holds it", "Query CSAS_ACME__LARGE_7 holds it")]
    [InlineData("Cannot drop GLOBEX__PAYMENTS: read by CSAS_GLOBEX__X_1.", "Cannot drop (another stream): read by (another stream).")]
    [InlineData("GLOBEX_ACME__PAYMENTS exists", "(another stream) exists")]
    [InlineData("Topic 'globex.t.payments' and globex-acme.d.x", "Topic '(another topic)' and (another topic)")]
    [InlineData("User:globex.ksql and User:acme.ksql and User:pioneer-connect", "(another user) and User:acme.ksql and (another user)")]
    [InlineData("_confluent-ksql-pioneer_query_1 and _confluent-ksql-acme_query_1", "(an internal topic) and _confluent-ksql-acme_query_1")]
    [InlineData("connect to kafka-1.bank.internal:9092 failed", "connect to (an address) failed")]
    [InlineData("ipv4#10.1.2.3:9092 refused; see http://ksql:8088/info", "ipv4#(an address) refused; see (an address)")]
    public void Others_and_servers_are_left_out(string words, string read) => Assert.Equal(read, PlatformWords.ForTenant(Acme, words));

    [Fact]
    public void Platform_people_read_the_words_as_they_came()
    {
        const string Words = "GLOBEX__PAYMENTS at ksql:8088";

        Assert.Equal(Words, PlatformWords.For(Actors.Operator, Acme, Words));
        Assert.Equal("(another stream) at (an address)", PlatformWords.For(Actors.Member(TenantRole.Author, new TenantId(Guid.NewGuid())), Acme, Words));
    }
}
