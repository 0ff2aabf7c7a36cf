namespace Pioneer.Portal.Shell;

/// <summary>One set of colours, light or dark. The only place in the product where a colour is written down.</summary>
/// <remarks>Each text colour has a contrast of at least 4.5:1 on the surfaces it is used on (held by <c>PioneerThemeTests</c>).</remarks>
public sealed record PioneerTokens
{
    public required string Canvas { get; init; }
    public required string Surface { get; init; }
    public required string Sunken { get; init; }
    public required string Line { get; init; }
    public required string LineStrong { get; init; }
    public required string Ink { get; init; }
    public required string Ink2 { get; init; }
    public required string Ink3 { get; init; }
    public required string Accent { get; init; }
    public required string AccentSoft { get; init; }
    public required string OnAccent { get; init; }
    public required string Ok { get; init; }
    public required string OkSoft { get; init; }
    public required string Warn { get; init; }
    public required string WarnSoft { get; init; }
    public required string Bad { get; init; }
    public required string BadSoft { get; init; }
    public required string Note { get; init; }
    public required string NoteSoft { get; init; }
    public required string Series2 { get; init; }
    public required string Series3 { get; init; }
    public required string Series4 { get; init; }

    /// <summary>Ink on paper.</summary>
    public static PioneerTokens Light { get; } = new()
    {
        Canvas = "#f5f6f8", Surface = "#ffffff", Sunken = "#eef0f3", Line = "#e1e4e9", LineStrong = "#c9ced6",
        Ink = "#14181f", Ink2 = "#4d5664", Ink3 = "#5f6875",
        Accent = "#2450c9", AccentSoft = "#e8eefc", OnAccent = "#ffffff",
        Ok = "#17734a", OkSoft = "#e3f4ea", Warn = "#8a5a00", WarnSoft = "#fdf1d8",
        Bad = "#b3261e", BadSoft = "#fce8e6", Note = "#5b3fb0", NoteSoft = "#efeafb",
        Series2 = "#0e8074", Series3 = "#b45309", Series4 = "#7c3aed",
    };

    /// <summary>The same hierarchy on a dark canvas.</summary>
    public static PioneerTokens Dark { get; } = new()
    {
        Canvas = "#0d1015", Surface = "#14181f", Sunken = "#1b2029", Line = "#272e39", LineStrong = "#3a4351",
        Ink = "#e7eaef", Ink2 = "#aeb6c2", Ink3 = "#8d96a4",
        Accent = "#86a6ff", AccentSoft = "#1b2744", OnAccent = "#0d1015",
        Ok = "#58c98d", OkSoft = "#12301f", Warn = "#e6b450", WarnSoft = "#33270d",
        Bad = "#ff8a80", BadSoft = "#3b1715", Note = "#b9a3ff", NoteSoft = "#251d42",
        Series2 = "#4fc4b5", Series3 = "#f0a35e", Series4 = "#b9a3ff",
    };

    /// <summary>The tokens as CSS custom properties, for a <c>style</c> block.</summary>
    public string ToCss() =>
        $"--canvas:{Canvas};--surface:{Surface};--sunken:{Sunken};--line:{Line};--line-strong:{LineStrong};"
        + $"--ink:{Ink};--ink-2:{Ink2};--ink-3:{Ink3};--accent:{Accent};--accent-soft:{AccentSoft};--on-accent:{OnAccent};"
        + $"--ok:{Ok};--ok-soft:{OkSoft};--warn:{Warn};--warn-soft:{WarnSoft};--bad:{Bad};--bad-soft:{BadSoft};"
        + $"--note:{Note};--note-soft:{NoteSoft};--series-1:{Accent};--series-2:{Series2};--series-3:{Series3};--series-4:{Series4};";
}
