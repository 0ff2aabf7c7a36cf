using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Domain.Subscriptions;

/// <summary>Whether a version can be seeded, and what that rests on.</summary>
/// <param name="Verdict">One of <see cref="SeedabilityWords"/>.</param>
public sealed record VersionSeedability(string Verdict, ImmutableArray<string> Reasons)
{
    public bool IsRefused => Verdict == SeedabilityWords.Refused;
}

/// <summary>
/// The one answer to 'can it be seeded?' for lists, pages, the API, the form and the run itself. What was judged when a version was deployed is not all of it:
/// earlier releases did not look at what the topic keeps, and a feed can be gone by now.
/// </summary>
public sealed class SeedabilityOfVersions
{
    private readonly HashSet<string> _stateFeeds;

    private SeedabilityOfVersions(HashSet<string> stateFeeds) => _stateFeeds = stateFeeds;

    /// <summary>With the feeds as they are now.</summary>
    public static async Task<SeedabilityOfVersions> ReadAsync(PioneerDbContext db, CancellationToken cancellationToken) =>
        new(await db.Feeds.AsNoTracking().Where(feed => feed.Kind == FeedKind.State).Select(feed => feed.Name).ToHashSetAsync(StringComparer.Ordinal, cancellationToken));

    public VersionSeedability Of(SubscriptionVersion version) => Of(version.SourceTopic, version.Seedability, version.SeedabilityReasons);

    /// <summary>Of a version's stored topic and verdict.</summary>
    public VersionSeedability Of(string sourceTopic, string verdict, ImmutableArray<string> reasons)
    {
        var noState = SeedabilityJudge.NoState(sourceTopic);
        return KeepsState(sourceTopic) || reasons.Contains(noState)
            ? new VersionSeedability(verdict, reasons)
            : new VersionSeedability(SeedabilityWords.Refused, verdict == SeedabilityWords.Refused ? [.. reasons, noState] : [noState]);
    }

    private bool KeepsState(string topic) => TopicNames.Parse(topic) is { Kind: TopicKind.Feed, Name: var feed } && _stateFeeds.Contains(feed);
}
