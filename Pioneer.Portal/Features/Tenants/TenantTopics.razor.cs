using System.Globalization;
using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>The tenant's topics as the cluster has them.</summary>
public sealed partial class TenantTopics
{
    private IReadOnlyList<TopicSpec>? _topics;
    private DateTimeOffset? _at;
    private Error? _error;

    [Parameter, EditorRequired]
    public required TenantHead Head { get; set; }

    [Inject]
    public required IObservedStateReader Reader { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var observed = await Reader.ReadAsync(Head.Slug, default);
        _error = observed.Error;
        if (observed.IsSuccess)
        {
            var prefix = TopicNames.Prefix(Head.Slug);
            _topics = [.. observed.Value.Topics.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(t => t.Name, StringComparer.Ordinal)];
            _at = Time.GetUtcNow();
        }

        StateHasChanged();
    }

    private static string What(string topic) => TopicNames.Parse(topic)?.Kind.ToString() switch
    {
        "Feed" => "feed",
        "Pipeline" => "pipeline",
        "Delivery" => "delivery",
        "Seed" => "seed run",
        _ => "other",
    };

    private static string Kept(TopicSpec topic) =>
        topic.Configs.GetValueOrDefault("cleanup.policy") is "compact" ? "latest of every key"
        : long.TryParse(topic.Configs.GetValueOrDefault("retention.ms"), CultureInfo.InvariantCulture, out var ms) && ms > 0 ? Durations.Words(TimeSpan.FromMilliseconds(ms))
        : "cluster default";
}
