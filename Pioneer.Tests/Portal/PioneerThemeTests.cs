using System.Globalization;
using MudBlazor.Utilities;
using Pioneer.Portal.Shell;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class PioneerThemeTests
{
    public static TheoryData<string, string, string> TextPairs()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (name, t) in new[] { ("light", PioneerTokens.Light), ("dark", PioneerTokens.Dark) })
        {
            foreach (var paper in new[] { t.Canvas, t.Surface })
            {
                data.Add($"{name} ink", t.Ink, paper);
                data.Add($"{name} ink-2", t.Ink2, paper);
                data.Add($"{name} ink-3", t.Ink3, paper);
                data.Add($"{name} accent", t.Accent, paper);
            }

            data.Add($"{name} on accent", t.OnAccent, t.Accent);
            data.Add($"{name} ok", t.Ok, t.OkSoft);
            data.Add($"{name} warn", t.Warn, t.WarnSoft);
            data.Add($"{name} bad", t.Bad, t.BadSoft);
            data.Add($"{name} note", t.Note, t.NoteSoft);
            data.Add($"{name} accent chip", t.Accent, t.AccentSoft);
            data.Add($"{name} plain chip", t.Ink2, t.Sunken);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(TextPairs))]
    public void Text_has_a_contrast_of_at_least_four_and_a_half(string pair, string text, string paper)
    {
        var (a, b) = (Luminance(text), Luminance(paper));
        var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
        Assert.True(contrast >= 4.5, $"{pair}: {text} on {paper} has {contrast:0.00}");
    }

    [Fact]
    public void Mud_palette_carries_the_tokens()
    {
        Assert.Equal(new MudColor(PioneerTokens.Light.Accent), PioneerTheme.Theme.PaletteLight.Primary);
        Assert.Equal(new MudColor(PioneerTokens.Dark.Canvas), PioneerTheme.Theme.PaletteDark.Background);
        Assert.Contains("[data-theme=dark]", PioneerTheme.RootCss, StringComparison.Ordinal);
    }

    private static double Luminance(string hex)
    {
        static double Channel(string two)
        {
            var value = int.Parse(two, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255d;
            return value <= 0.03928 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(hex[1..3])) + (0.7152 * Channel(hex[3..5])) + (0.0722 * Channel(hex[5..7]));
    }
}
