using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Jobs.Sources;

/// <summary>A source with what is needed to sign in, and its feeds that somebody is granted.</summary>
public sealed record ConnectedSource(string Name, SourceConnection Connection, ImmutableArray<Feed> Feeds);

/// <summary>Reads sources with their passwords for the platform's own looks; for nobody else.</summary>
public sealed class SourceConnections(IServiceScopeFactory scopes)
{
    /// <summary>Every source. One whose password cannot be unsealed comes without it, and the source then says that it was refused.</summary>
    public async Task<ImmutableArray<ConnectedSource>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.OpenPlatform(out var db);
        var secrets = scope.ServiceProvider.GetRequiredService<SecretStore>();
        var sources = await db.Sources.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellationToken);
        var feeds = await db.Feeds.AsNoTracking()
            .Where(feed => db.Entitlements.Any(row => row.FeedId == feed.Id && row.State == EntitlementState.Granted))
            .OrderBy(feed => feed.Name).ToListAsync(cancellationToken);
        var bySource = feeds.ToLookup(feed => feed.SourceId);
        var connected = ImmutableArray.CreateBuilder<ConnectedSource>(sources.Count);
        foreach (var source in sources)
        {
            connected.Add(new ConnectedSource(source.Name, await OfAsync(source, secrets, cancellationToken), [.. bySource[source.Id]]));
        }

        return connected.MoveToImmutable();
    }

    /// <summary>How one source is signed in to. One whose password cannot be unsealed comes without it.</summary>
    internal static async Task<SourceConnection> OfAsync(Source source, SecretStore secrets, CancellationToken cancellationToken)
    {
        var password = source.PasswordSecret is { } secret ? await secrets.RevealAsync(secret, cancellationToken) : default;
        return new SourceConnection(
            source.Kind, source.ConnectionUrl, source.Username, source.PasswordSecret is null || password.IsFailure ? null : password.Value, source.TimeZone);
    }
}
