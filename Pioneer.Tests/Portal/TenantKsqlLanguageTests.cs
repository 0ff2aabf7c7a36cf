using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;
using Pioneer.Ksql.Types;
using Pioneer.Portal.Features.Editor;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class TenantKsqlLanguageTests
{
    private static readonly Catalogue Acme = new(
        [new Relation("PAYMENTS", RelationKind.Stream, "acme.t.payments", RelationSchema.Parse("ID BIGINT KEY, AMOUNT DECIMAL(18, 2), CURRENCY STRING"), RelationOrigin.Feed)]);

    private readonly TenantKsqlLanguage _language = new(Acme, new SandboxTenant("acme", "ACME__"));

    [Fact]
    public void Complete_offers_only_the_tenants_own_streams()
    {
        const string text = "SELECT * FROM ";
        var labels = _language.Complete(text, text.Length).Select(c => c.Label).ToList();
        Assert.Contains("PAYMENTS", labels);
        Assert.DoesNotContain(labels, l => l.Contains("GLOBEX", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Word_that_is_a_column_of_the_tenant_is_no_keyword()
    {
        Assert.DoesNotContain("ID", _language.Vocabulary.Keywords);
        Assert.Contains("TOPIC", _language.Vocabulary.Keywords);
        Assert.Contains("SELECT", _language.Vocabulary.Keywords);
    }

    [Fact]
    public void Check_calls_anothers_stream_unknown()
    {
        var verdict = _language.Check("SELECT * FROM GLOBEX__PAYMENTS EMIT CHANGES;", "draft");
        Assert.False(verdict.Valid);
        Assert.Contains(verdict.Diagnostics, d => d.Code == "UnknownSource");
    }

    [Fact]
    public void Fix_replaces_a_misspelt_column_by_what_was_meant()
    {
        const string text = "SELECT ID, AMOUNTT FROM PAYMENTS EMIT CHANGES;";
        var verdict = _language.Check(text, "draft");
        var fix = Assert.Single(verdict.Diagnostics.Select(TenantKsqlLanguage.ToFix).OfType<EditorFix>());
        var mended = string.Concat(text.AsSpan(0, fix.Start), fix.Text, text.AsSpan(fix.Start + fix.Length));
        Assert.True(_language.Check(mended, "draft").Valid, mended);
    }

    [Fact]
    public void Explanation_says_source_filter_and_target()
    {
        const string text = "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1000 EMIT CHANGES;";
        var statement = Assert.Single(_language.Check(text, "draft").Statements);
        var words = QueryExplanation.Of(text, statement, "acme.d.large-payments");
        Assert.Contains("acme.t.payments", words, StringComparison.Ordinal);
        Assert.Contains("1000", words, StringComparison.Ordinal);
        Assert.Contains("acme.d.large-payments", words, StringComparison.Ordinal);
    }
}
