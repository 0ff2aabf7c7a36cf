using System.Collections.Immutable;
using CsCheck;
using Pioneer.Domain.Subscriptions;
using Xunit;

namespace Pioneer.Tests.Subscriptions;

/// <summary>Which versions a compatibility lets pass, as a table and as laws.</summary>
public sealed class SchemaCompatibilityTests
{
    private static readonly Gen<ImmutableArray<ResultColumn>> Forms =
        from key in Gen.OneOfConst("INTEGER", "BIGINT", "STRING")
        from columns in Gen.Select(Gen.OneOfConst("A", "B", "C", "D"), Gen.OneOfConst(
            "INTEGER", "BIGINT", "DOUBLE", "DECIMAL(9, 2)", "DECIMAL(18, 2)", "STRING", "ARRAY<INTEGER>", "ARRAY<BIGINT>", "STRUCT<`X` INTEGER>", "STRUCT<`X` BIGINT, `Y` STRING>")).List[0, 4]
        from keyed in Gen.Bool
        select (ImmutableArray<ResultColumn>)
        [
            .. keyed ? [new ResultColumn("K", key, true)] : Enumerable.Empty<ResultColumn>(),
            .. columns.DistinctBy(column => column.Item1).Select(column => new ResultColumn(column.Item1, column.Item2, false)),
        ];

    // present -> next; what each setting says: y lets it pass, n refuses
    [Theory]
    [InlineData("K INTEGER key, A STRING", "K INTEGER key, A STRING", "None y, Backward y, Forward y, Full y")]
    [InlineData("A STRING, B DOUBLE", "B DOUBLE, A STRING", "None y, Backward y, Forward y, Full y")]
    [InlineData("A STRING", "A STRING, B DOUBLE", "None y, Backward n, Forward y, Full n")]
    [InlineData("A STRING, B DOUBLE", "A STRING", "None y, Backward y, Forward n, Full n")]
    [InlineData("A STRING", "B STRING", "None y, Backward n, Forward n, Full n")]
    [InlineData("A INTEGER", "A BIGINT", "None y, Backward y, Forward n, Full n")]
    [InlineData("A BIGINT", "A INTEGER", "None y, Backward n, Forward y, Full n")]
    [InlineData("A DECIMAL(9, 2)", "A DECIMAL(18, 2)", "None y, Backward y, Forward n, Full n")]
    [InlineData("A DECIMAL(9, 2)", "A STRING", "None y, Backward n, Forward n, Full n")]
    [InlineData("A STRUCT<`X` INTEGER>", "A STRUCT<`X` INTEGER, `Y` STRING>", "None y, Backward n, Forward y, Full n")]
    [InlineData("A ARRAY<INTEGER>", "A ARRAY<BIGINT>", "None y, Backward y, Forward n, Full n")]
    [InlineData("A MAP<STRING, INTEGER>", "A MAP<STRING, STRING>", "None y, Backward n, Forward n, Full n")]
    [InlineData("K INTEGER key, A STRING", "K BIGINT key, A STRING", "None y, Backward n, Forward n, Full n")]
    [InlineData("K INTEGER key, A STRING", "L INTEGER key, A STRING", "None y, Backward n, Forward n, Full n")]
    [InlineData("K INTEGER key, A STRING", "K INTEGER, A STRING", "None y, Backward n, Forward n, Full n")]
    [InlineData("K INTEGER key, A STRING", "A STRING", "None y, Backward n, Forward n, Full n")]
    public void Setting_lets_pass_what_its_readers_can_read(string present, string next, string expected)
    {
        var said = Enum.GetValues<Compatibility>().Select(setting => $"{setting} {(SchemaCompatibility.Breaks(setting, Form(present), Form(next)).IsEmpty ? 'y' : 'n')}");

        Assert.Equal(expected, string.Join(", ", said));
    }

    [Fact]
    public void Refusal_names_each_column_once_with_what_is_so()
    {
        var breaks = SchemaCompatibility.Breaks(Compatibility.Full, Form("K INTEGER key, A STRING, B DOUBLE"), Form("K BIGINT key, A DOUBLE, C STRING"));

        Assert.Equal(
            [
                "K is the key and changes from INTEGER to BIGINT",
                "C is new, and records that are in the topic lack it",
                "A takes DOUBLE, and records that are in the topic have STRING",
                "B goes, and readers of the present version count on it",
                "A was STRING, and readers of the present version cannot take DOUBLE",
            ],
            breaks.Select(found => $"{found.Column} {found.Reason}"));
    }

    [Fact]
    public void Every_form_follows_itself_under_every_setting() => Forms.Sample(form =>
        Enum.GetValues<Compatibility>().All(setting => SchemaCompatibility.Breaks(setting, form, form).IsEmpty));

    [Fact]
    public void Full_is_backward_and_forward_and_one_is_the_other_the_way_back() => Gen.Select(Forms, Forms).Sample((present, next) =>
    {
        var (backward, forward) = (Passes(Compatibility.Backward, present, next), Passes(Compatibility.Forward, present, next));
        return Passes(Compatibility.Full, present, next) == (backward && forward)
            && backward == Passes(Compatibility.Forward, next, present)
            && Passes(Compatibility.None, present, next);
    });

    [Fact]
    public void What_was_let_pass_twice_passes_at_once() => Gen.Select(Forms, Forms, Forms).Sample((first, second, third) =>
        new[] { Compatibility.Backward, Compatibility.Forward, Compatibility.Full }.All(setting =>
            !(Passes(setting, first, second) && Passes(setting, second, third)) || Passes(setting, first, third)));

    private static bool Passes(Compatibility setting, ImmutableArray<ResultColumn> present, ImmutableArray<ResultColumn> next) =>
        SchemaCompatibility.Breaks(setting, present, next).IsEmpty;

    // 'NAME TYPE [key]' with commas between; those inside of brackets are the type's
    private static ImmutableArray<ResultColumn> Form(string text)
    {
        var (columns, from, depth) = (ImmutableArray.CreateBuilder<ResultColumn>(), 0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            depth += at < text.Length ? text[at] switch { '<' or '(' => 1, '>' or ')' => -1, _ => 0 } : 0;
            if (at == text.Length || (text[at] == ',' && depth == 0))
            {
                var words = text[from..at].Trim().Split(' ', 2);
                var isKey = words[1].EndsWith(" key", StringComparison.Ordinal);
                columns.Add(new ResultColumn(words[0], isKey ? words[1][..^4] : words[1], isKey));
                from = at + 1;
            }
        }

        return columns.ToImmutable();
    }
}
