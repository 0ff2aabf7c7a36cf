using CsCheck;
using Pioneer.Ksql.Language;
using Pioneer.Ksql.Syntax;
using Pioneer.Tests.Ksql.Syntax;
using Pioneer.Tests.Ksql.Cases;
using Xunit;

namespace Pioneer.Tests.Ksql.Language;

public sealed class EditorServicesTests
{
    [Theory]
    [InlineData("SELECT am|ount FROM PAYMENTS", "AMOUNT DECIMAL(18, 2)", "Column of PAYMENTS")]
    [InlineData("SELECT p.i|d FROM PAYMENTS p", "ID BIGINT", "Key column of PAYMENTS")]
    [InlineData("SELECT COUNTERPARTY->na|me FROM PAYMENTS p", "NAME STRING", "Field of a struct")]
    [InlineData("SELECT ROW|TIME FROM PAYMENTS p", "ROWTIME BIGINT", "Column that every source has")]
    [InlineData("SELECT * FROM bal|ances", "STREAM BALANCES (feed)", "ACCOUNT_ID BIGINT KEY\nBALANCE DECIMAL(18, 2)\nOWNER STRING")]
    public void Hover_explains_names(string marked, string title, string text)
    {
        var caret = marked.IndexOf('|', StringComparison.Ordinal);

        var hover = HoverService.At(marked.Remove(caret, 1), caret, Bank.Catalogue);

        Assert.Equal((title, text), (hover!.Title, hover.Text));
    }

    [Fact]
    public void Hover_over_a_function_shows_how_to_call_it() =>
        Assert.StartsWith("UCASE(STRING", HoverService.At("SELECT UCASE(a) FROM PAYMENTS", 9, Bank.Catalogue)!.Title, StringComparison.Ordinal);

    [Fact]
    public void Hover_says_nothing_about_what_is_not_in_the_catalogue() =>
        Assert.Null(HoverService.At("SELECT * FROM GLOBEX__PAYMENTS", 20, Bank.Catalogue));

    [Theory]
    [InlineData("SELECT SUBSTRING(|", 0)]
    [InlineData("SELECT SUBSTRING(a, |", 1)]
    [InlineData("SELECT SUBSTRING(f(a, b), 1, l| FROM PAYMENTS", 2)]
    public void Signature_help_follows_the_arguments(string marked, int parameter)
    {
        var caret = marked.IndexOf('|', StringComparison.Ordinal);

        var help = SignatureService.At(marked.Remove(caret, 1), caret)!;

        Assert.Equal(parameter, help.ActiveParameter);
        Assert.StartsWith("SUBSTRING(", help.Signatures[help.ActiveSignature].Label, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "select p.id,amount*-2 as x, cast(a as array<int>) from payments p where amount>1000 and b between 1 and 2 or not c emit changes;",
        "SELECT p.id, amount * -2 AS x, CAST(a AS array<int>)\nFROM payments p\nWHERE amount > 1000\n  AND b BETWEEN 1 AND 2\n  OR NOT c\nEMIT CHANGES;")]
    [InlineData(
        "-- what it is for\ncreate or replace stream big with (value_format = 'JSON') as select * from payments -- all\nemit changes; show streams;",
        "-- what it is for\nCREATE OR REPLACE STREAM big WITH (value_format = 'JSON') AS\nSELECT *\nFROM payments -- all\nEMIT CHANGES;\nSHOW STREAMS;")]
    public void Format_lays_text_out_and_keeps_comments_and_spelling(string text, string expected) =>
        Assert.Equal(expected, FormattingService.Format(text));

    [Fact]
    public void Format_breaks_a_long_list_of_columns()
    {
        var formatted = FormattingService.Format($"SELECT {string.Join(", ", Enumerable.Range(0, 20).Select(i => $"COLUMN_{i}"))} FROM PAYMENTS");

        Assert.Equal(21, formatted.Split('\n').Length);
    }

    [Fact]
    public void Format_never_changes_the_meaning_and_is_stable() => TreeGenerator.AnyQuery.Sample(
        query =>
        {
            var formatted = FormattingService.Format(KsqlPrinter.Print(query));
            Assert.Equal(query, ((QueryStatement)Assert.Single(KsqlParser.Parse(formatted).Statements)).Query);
            Assert.Equal(formatted, FormattingService.Format(formatted));
        },
        iter: 2_000);

    [Fact]
    public void Format_never_changes_the_meaning_of_statements_that_people_write()
    {
        foreach (var test in OpenCases.All().Where(c => c.Rung is not ("1-parser-rejection" or "X-disabled")))
        {
            var formatted = FormattingService.Format(test.Text);
            Assert.Equal<IEnumerable<Statement>>(KsqlParser.Parse(test.Text).Statements, KsqlParser.Parse(formatted).Statements);
        }
    }
}
