namespace Pioneer.Domain.Ingestion;

/// <summary>What a batch run is to do: the operation's target, as text <c>acme.t.balances</c> or <c>acme.t.balances deletes-most</c>.</summary>
/// <param name="Connector">The connector, which has its topic's name.</param>
/// <param name="DeletesMost">A person agreed that even most of the topic's keys may be deleted.</param>
public sealed record BatchTarget(string Connector, bool DeletesMost)
{
    private const string Consent = " deletes-most";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static BatchTarget Parse(string text) => text.EndsWith(Consent, StringComparison.Ordinal) ? new(text[..^Consent.Length], true) : new(text, false);

    /// <inheritdoc/>
    public override string ToString() => DeletesMost ? Connector + Consent : Connector;
}
