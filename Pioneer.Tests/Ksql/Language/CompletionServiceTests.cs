using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Language;
using Xunit;

namespace Pioneer.Tests.Ksql.Language;

public sealed class CompletionServiceTests
{
    // The caret is at |.
    [Theory]
    [InlineData("|", "SELECT")]
    [InlineData("SEL|", "SELECT")]
    [InlineData("SELECT * FROM |", "PAYMENTS")]
    [InlineData("SELECT * FROM pay|", "PAYMENTS")]
    [InlineData("SELECT | FROM PAYMENTS", "AMOUNT")]
    [InlineData("SELECT am|", "AMOUNT")]
    [InlineData("SELECT ID, am| FROM PAYMENTS EMIT CHANGES;", "AMOUNT")]
    [InlineData("SELECT p.| FROM PAYMENTS p", "AMOUNT")]
    [InlineData("SELECT COUNTERPARTY->| FROM PAYMENTS p", "ADDRESS")]
    [InlineData("SELECT p.COUNTERPARTY->ADDRESS->C| FROM PAYMENTS p", "CITY")]
    [InlineData("SELECT uc| FROM PAYMENTS", "UCASE")]
    [InlineData("SELECT ID |", "FROM")]
    [InlineData("SELECT * |", "FROM")]
    [InlineData("SELECT ID FROM PAYMENTS |", "WHERE")]
    [InlineData("SELECT ID FROM PAYMENTS WHERE |", "AMOUNT")]
    [InlineData("SELECT ID FROM PAYMENTS WHERE AMOUNT > 1 |", "EMIT CHANGES")]
    [InlineData("SELECT ID FROM PAYMENTS WHERE AMOUNT > 1 AND |", "CURRENCY")]
    [InlineData("SELECT ID FROM PAYMENTS WHERE AMOUNT IS |", "NOT NULL")]
    [InlineData("SELECT ID FROM PAYMENTS EMIT |", "CHANGES")]
    [InlineData("SELECT CAST(ID AS | FROM PAYMENTS", "STRING")]
    [InlineData("CREATE |", "STREAM")]
    [InlineData("CREATE STREAM x AS |", "SELECT")]
    [InlineData("CREATE STREAM x WITH (|", "VALUE_FORMAT='JSON'")]
    [InlineData("DESCRIBE |", "BALANCES")]
    [InlineData("SHOW |", "STREAMS")]
    [InlineData("SHOW STREAMS; SELECT * FROM |", "PAYMENTS")]
    public void Offers_what_fits_the_place(string marked, string expected) => Assert.Contains(Complete(marked), i => i.Label == expected);

    [Theory]
    [InlineData("SELECT * FROM |", "AMOUNT")]
    [InlineData("SELECT | FROM BALANCES", "AMOUNT")]
    [InlineData("SELECT x.| FROM PAYMENTS p", "AMOUNT")]
    [InlineData("SELECT a AS | FROM PAYMENTS", "AMOUNT")]
    [InlineData("SELECT 'a|b' FROM PAYMENTS", "AMOUNT")]
    [InlineData("SELECT * -- |", "FROM")]
    [InlineData("SELECT /* | */ * FROM PAYMENTS", "AMOUNT")]
    [InlineData("SELECT COU| FROM PAYMENTS", "COUNT")]
    public void Does_not_offer_what_does_not_fit(string marked, string unexpected) => Assert.DoesNotContain(Complete(marked), i => i.Label == unexpected);

    [Fact]
    public void Everything_named_comes_from_the_own_catalogue()
    {
        var own = Bank.Catalogue.Relations.Select(r => r.Name).ToHashSet();

        Assert.All(
            Complete("SELECT * FROM |").Where(i => i.Kind is CompletionKind.Stream or CompletionKind.Table),
            i => Assert.Contains(i.Label, own));
        Assert.Empty(CompletionService.Complete("SELECT * FROM ", 14, Catalogue.Empty));
    }

    [Fact]
    public void The_word_being_typed_is_replaced()
    {
        var item = Complete("SELECT amo| FROM PAYMENTS").First(i => i.Label == "AMOUNT");

        Assert.Equal((7, 3), (item.ReplaceSpan.Start, item.ReplaceSpan.Length));
    }

    [Fact]
    public void Functions_come_with_signature_and_documentation()
    {
        var item = Complete("SELECT UCAS| FROM PAYMENTS").First(i => i.Kind == CompletionKind.Function);

        Assert.StartsWith("UCASE(STRING", item.Detail, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(item.Documentation));
    }

    [Fact]
    public void Answers_in_a_long_text_without_copying_it()
    {
        var text = string.Concat(Enumerable.Repeat("SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1 EMIT CHANGES;\n", 500)) + "SELECT  FROM PAYMENTS";
        var caret = text.Length - " FROM PAYMENTS".Length;
        CompletionService.Complete(text, caret, Bank.Catalogue);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var items = CompletionService.Complete(text, caret, Bank.Catalogue);

        Assert.Contains(items, i => i.Label == "AMOUNT");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 32 << 20);
    }

    [Fact]
    public void Any_caret_in_any_broken_text_is_answered()
    {
        const string Text = "CREATE STREAM x WITH (a='b') AS SELECT p.a->b, CAST(a AS ARRAY<INT>), 'x FROM PAYMENTS p WHERE ( -- c\n EMIT; SELECT `";
        for (var i = 0; i <= Text.Length; i++)
        {
            for (var j = i; j <= Text.Length; j += 7)
            {
                var piece = Text[i..j];
                _ = CompletionService.Complete(piece, piece.Length / 2, Bank.Catalogue);
                _ = HoverService.At(piece, piece.Length / 2, Bank.Catalogue);
                _ = SignatureService.At(piece, piece.Length);
                _ = FormattingService.Format(piece);
            }
        }
    }

    private static IEnumerable<CompletionItem> Complete(string marked)
    {
        var caret = marked.IndexOf('|', StringComparison.Ordinal);
        return CompletionService.Complete(marked.Remove(caret, 1), caret, Bank.Catalogue);
    }
}
