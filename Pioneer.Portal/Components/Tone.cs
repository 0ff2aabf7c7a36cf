using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Components;

/// <summary>What a state means. Drawn as colour, always together with an icon and a word.</summary>
public enum Tone
{
    /// <summary>Ink on paper: no judgement.</summary>
    Plain,

    /// <summary>As wanted.</summary>
    Ok,

    /// <summary>Selection or work in progress.</summary>
    Info,

    /// <summary>Degraded or about to be; a person should look.</summary>
    Warn,

    /// <summary>Failed, lost or denied.</summary>
    Bad,

    /// <summary>Worth knowing, not a problem.</summary>
    Note,
}

/// <summary>CSS class and default icon of a <see cref="Tone"/>.</summary>
public static class ToneVisuals
{
    public static string CssClass(this Tone tone) => tone switch
    {
        Tone.Ok => "ok",
        Tone.Info => "info",
        Tone.Warn => "warn",
        Tone.Bad => "bad",
        Tone.Note => "note",
        _ => "",
    };

    public static string? Icon(this Tone tone) => tone switch
    {
        Tone.Ok => PioneerIcons.Check,
        Tone.Info => PioneerIcons.Progress,
        Tone.Warn => PioneerIcons.Warning,
        Tone.Bad => PioneerIcons.Problem,
        Tone.Note => PioneerIcons.Waiting,
        _ => null,
    };
}
