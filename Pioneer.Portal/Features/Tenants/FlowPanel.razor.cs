using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Features.Ingestion;
using Pioneer.Portal.Live;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>Whether a tenant's own feeds and subscriptions move, for its people and the platform's.</summary>
public sealed partial class FlowPanel
{
    private IReadOnlyList<FeedFlow>? _feeds;
    private ImmutableArray<SubscriptionFlow> _subscriptions = [];
    private Error? _error;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Inject]
    public required IngestionViews Feeds { get; set; }

    [Inject]
    public required FlowQueries Flows { get; set; }

    [Inject]
    public required PlatformPicture Picture { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion | LiveTopic.Subscriptions | LiveTopic.Recovery;

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var subscriptions = await Flows.SubscriptionsAsync(Me.Actor, Slug, cancellationToken);
        (_subscriptions, _error) = (subscriptions.IsSuccess ? subscriptions.Value : [], subscriptions.Error);
        _feeds = subscriptions.IsFailure ? [] : [.. (await Feeds.EntitlementsAsync(Slug, cancellationToken)).Select(row => new FeedFlow(row.Feed, row.Paused, Health(row)))];
    }

    private ConnectorHealth Health(EntitlementLine row)
    {
        var health = ConnectorHealth.Of(Picture, row.Topic, row.Source);
        return Me.Actor.Scope.IsAll ? health : health.ForTenants();
    }
}

/// <summary>A feed of a tenant with how it fares.</summary>
internal sealed record FeedFlow(string Name, bool Paused, ConnectorHealth Health);
