namespace Pioneer.Domain.Recovery;

/// <summary>Section <c>Recovery:AutomaticRestart</c>: how failed connectors are restarted without a person.</summary>
public sealed class AutomaticRestartOptions
{
    public const string Section = "Recovery:AutomaticRestart";

    /// <summary>Off: failures are shown and wait for a person.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Restarts in a row without lasting effect; after them a person is needed.</summary>
    public int MaxRestarts { get; set; } = 7;

    /// <summary>The first restart is at once, the next n*n+n of these after the one before: 2, 6, 12, 20, 30, 42 minutes by default.</summary>
    public TimeSpan PauseUnit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Every mistake, with its key.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxRestarts is < 1 or > 100)
        {
            yield return $"{Section}:{nameof(MaxRestarts)} is {MaxRestarts}; it can be 1 to 100.";
        }

        if (PauseUnit < TimeSpan.FromSeconds(1) || PauseUnit > TimeSpan.FromHours(1))
        {
            yield return $"{Section}:{nameof(PauseUnit)} is {PauseUnit}; it can be a second to an hour.";
        }
    }
}
