namespace Pioneer.Portal.Shell;

/// <summary>One thing found, with the page that shows it.</summary>
public sealed record FoundThing(string Text, string Kind, string Href, string IconName);

/// <summary>Finds tenants, topics, subscriptions and runs within what the signed-in person may see.</summary>
public interface IPortalSearch
{
    /// <summary>At most ten hits, best first.</summary>
    Task<IReadOnlyList<FoundThing>> FindAsync(string text, CancellationToken cancellationToken);
}
