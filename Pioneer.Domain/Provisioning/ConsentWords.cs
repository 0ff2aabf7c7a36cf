namespace Pioneer.Domain.Provisioning;

/// <summary>What a person is asked to agree to, worst first.</summary>
public static class ConsentWords
{
    private const int Shown = 5;

    /// <summary>One sentence for each kind of loss among the changes that need a confirmation.</summary>
    public static string Of(IEnumerable<Change> changes) => string.Join(' ', changes.Where(change => change.NeedsConfirmation)
        .GroupBy(change => change.Risk).OrderByDescending(group => group.Key).Select(group => Sentence(group.Key, [.. group])));

    private static string Sentence(ChangeRisk risk, List<Change> changes)
    {
        var names = string.Join(", ", changes.Select(change => change.Resource).Distinct().Take(Shown));
        var more = changes.Count > Shown ? $" and {changes.Count - Shown} more" : "";
        return risk switch
        {
            ChangeRisk.DestroysData => $"Applying the plan deletes records of {names}{more} for good.",
            ChangeRisk.WeakensProtection => $"Applying the plan protects less well than before: {names}{more}.",
            _ => $"Applying the plan takes rights away: {names}{more}.",
        };
    }
}
