using CsCheck;
using Pioneer.Portal.Features.Subscriptions;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class LineDiffTests
{
    [Fact]
    public void Of_keeps_what_is_common_and_marks_the_rest()
    {
        var lines = LineDiff.Of("SELECT ID\nFROM PAYMENTS\nEMIT CHANGES;", "SELECT ID, AMOUNT\nFROM PAYMENTS\nEMIT CHANGES;");
        Assert.Equal(
            [new(DiffKind.Removed, "SELECT ID"), new(DiffKind.Added, "SELECT ID, AMOUNT"), new(DiffKind.Same, "FROM PAYMENTS"), new DiffLine(DiffKind.Same, "EMIT CHANGES;")],
            lines);
    }

    [Fact]
    public void Of_gives_back_both_texts_whatever_they_are()
    {
        var text = Gen.Char['a', 'c'].Array[0, 8].Select(chars => string.Join('\n', chars));
        Gen.Select(text, text).Sample((before, after) =>
        {
            var lines = LineDiff.Of(before, after);
            Assert.Equal(before, string.Join('\n', lines.Where(l => l.Kind != DiffKind.Added).Select(l => l.Text)));
            Assert.Equal(after, string.Join('\n', lines.Where(l => l.Kind != DiffKind.Removed).Select(l => l.Text)));
        });
    }
}
