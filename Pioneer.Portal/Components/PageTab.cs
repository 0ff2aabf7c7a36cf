namespace Pioneer.Portal.Components;

/// <summary>One tab of a page: a link, so that it can be opened, shared and gone back from.</summary>
public sealed record PageTab(string Key, string Text, string Href, int? Count = null, Tone Tone = Tone.Plain);
