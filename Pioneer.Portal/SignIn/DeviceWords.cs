namespace Pioneer.Portal.SignIn;

/// <summary>What a browser says of itself, in the few words by which its owner knows it.</summary>
internal static class DeviceWords
{
    // the first that is found: those further down call themselves by the names before them too
    private static readonly (string Part, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("HeadlessChrome/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Part, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>Such as 'Firefox on Windows'; 'Unknown device' for what says nothing that is known.</summary>
    public static string Of(string? userAgent)
    {
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return (browser, system) switch
        {
            (null, null) => "Unknown device",
            (null, _) => system,
            (_, null) => browser,
            _ => $"{browser} on {system}",
        };
    }

    private static string? Find((string Part, string Name)[] known, string? text) =>
        text is null ? null : Array.Find(known, entry => text.Contains(entry.Part, StringComparison.Ordinal)).Name;
}
