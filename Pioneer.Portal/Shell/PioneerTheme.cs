using MudBlazor;

namespace Pioneer.Portal.Shell;

/// <summary>The look of the portal as one MudTheme and the CSS variables that go with it, both from <see cref="PioneerTokens"/>.</summary>
public static class PioneerTheme
{
    private static readonly string[] Sans = ["Inter Variable", "Inter", "system-ui", "sans-serif"];

    /// <summary>The theme that MudBlazor's own components are drawn with.</summary>
    public static MudTheme Theme { get; } = Create();

    /// <summary>Token variables for both modes; <c>data-theme</c> on the root element chooses, before the first paint.</summary>
    public static string RootCss { get; } =
        $":root{{color-scheme:light;{PioneerTokens.Light.ToCss()}--shadow:0 1px 2px rgb(20 24 31 / .05)}}"
        + $"[data-theme=dark]{{color-scheme:dark;{PioneerTokens.Dark.ToCss()}--shadow:none}}";

    private static MudTheme Create() => new()
    {
        PaletteLight = Fill(new PaletteLight(), PioneerTokens.Light),
        PaletteDark = Fill(new PaletteDark(), PioneerTokens.Dark),
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", DrawerWidthLeft = "208px", AppbarHeight = "48px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "14px", LineHeight = "20px", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Sans, FontSize = "14px", LineHeight = "20px", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Sans, FontSize = "13px", LineHeight = "18px", LetterSpacing = "normal" },
            Caption = new CaptionTypography { FontFamily = Sans, FontSize = "12px", LineHeight = "16px", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Sans, FontSize = "16px", LineHeight = "24px", FontWeight = "600", LetterSpacing = "-.01em" },
            Button = new ButtonTypography
            {
                FontFamily = Sans, FontSize = "13px", LineHeight = "20px", FontWeight = "550", LetterSpacing = "normal", TextTransform = "none",
            },
        },
    };

    private static T Fill<T>(T palette, PioneerTokens tokens)
        where T : Palette
    {
        palette.Primary = tokens.Accent;
        palette.PrimaryContrastText = tokens.OnAccent;
        palette.Tertiary = tokens.Note;
        palette.Info = tokens.Accent;
        palette.Success = tokens.Ok;
        palette.Warning = tokens.Warn;
        palette.Error = tokens.Bad;
        palette.TextPrimary = tokens.Ink;
        palette.TextSecondary = tokens.Ink2;
        palette.TextDisabled = tokens.Ink3;
        palette.ActionDefault = tokens.Ink2;
        palette.Background = tokens.Canvas;
        palette.BackgroundGray = tokens.Sunken;
        palette.TableHover = tokens.Sunken;
        palette.Surface = tokens.Surface;
        palette.DrawerBackground = tokens.Surface;
        palette.DrawerText = tokens.Ink2;
        palette.DrawerIcon = tokens.Ink2;
        palette.AppbarBackground = tokens.Surface;
        palette.AppbarText = tokens.Ink;
        palette.LinesDefault = tokens.Line;
        palette.Divider = tokens.Line;
        palette.TableLines = tokens.Line;
        palette.LinesInputs = tokens.LineStrong;
        return palette;
    }
}
