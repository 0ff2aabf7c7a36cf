using Microsoft.AspNetCore.Components;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.Live;

namespace Pioneer.Portal.Features.Delivery;

/// <summary>Credentials and everything a reader has to be told.</summary>
public sealed partial class DeliveryPage
{
    private static readonly string[] Clients = ["kcat", "Java", ".NET", "Python", "Node"];

    private IReadOnlyList<string> _subscriptions = [];
    private string _client = Clients[0];
    private string? _chosen;

    [Parameter]
    public string Slug { get; set; } = "";

    [Inject]
    public required SubscriptionViews Views { get; set; }

    [Inject]
    public required ConnectionSnippets Snippets { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Subscriptions;

    // stands for the name until there is one
    private string Subscription => _chosen ?? (_subscriptions.Count > 0 ? _subscriptions[0] : "NAME");

    private string Snippet
    {
        get
        {
            var topic = TopicOf(Subscription);
            return _client switch
            {
                "Java" => Snippets.Java(Slug, topic),
                ".NET" => Snippets.DotNet(Slug, topic),
                "Python" => Snippets.Python(Slug, topic),
                "Node" => Snippets.Node(Slug, topic),
                _ => Snippets.Kcat(Slug, topic: topic),
            };
        }
    }

    private string TopicOf(string subscription) => SubscriptionWords.Topic(Slug, subscription);

    protected override async Task LoadAsync(CancellationToken cancellationToken) =>
        _subscriptions = await Views.NamesAsync(Slug, cancellationToken);
}
