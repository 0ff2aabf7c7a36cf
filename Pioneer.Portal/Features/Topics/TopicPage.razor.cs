using System.Globalization;
using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Jobs.Topics;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Topics;

/// <summary>One topic as the brokers hold it: partitions, who writes and reads, records, configuration.</summary>
public sealed partial class TopicPage
{
    private TopicDetail? _detail;
    private Error? _error;
    private (string Slug, string Topic)? _asked;

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public string Topic { get; set; } = "";

    [Parameter]
    public string? Tab { get; set; }

    [SupplyParameterFromQuery(Name = "partition")]
    private int? Partition { get; set; }

    [SupplyParameterFromQuery(Name = "offset")]
    private long? Offset { get; set; }

    /// <summary>An instant, in UTC.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "key")]
    private string? Key { get; set; }

    [SupplyParameterFromQuery(Name = "cursor")]
    private string? Cursor { get; set; }

    [Inject]
    public required TenantTopics Reader { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override LiveTopic Topics => LiveTopic.Subscriptions | LiveTopic.Ingestion;

    private string Active => Tab is "records" or "configuration" ? Tab : "overview";

    private RecordRequest Request => new(
        Partition, Offset, DateTimeOffset.TryParse(From, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
        string.IsNullOrEmpty(Key) ? null : Key, null, Cursor);

    // a tab and a reading of records have addresses of their own; the brokers are asked once for them all
    protected override Task OnParametersSetAsync() => _asked == (Slug, Topic) ? Task.CompletedTask : base.OnParametersSetAsync();

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        if (_asked != (Slug, Topic))
        {
            (_asked, _detail, _error) = ((Slug, Topic), null, null);
        }

        var detail = await Reader.FindAsync(Me.Actor, Slug, Topic, cancellationToken);
        (_detail, _error) = (detail.IsSuccess ? detail.Value : null, detail.Error);
    }

    private IReadOnlyList<PageTab> TabsOf(TopicDetail detail) =>
    [
        new("overview", "Overview", PortalUrls.Topic(Slug, Topic)),
        new("records", "Records", PortalUrls.Topic(Slug, Topic, "records")),
        new("configuration", "Configuration", PortalUrls.Topic(Slug, Topic, "configuration"), detail.Settings.Count(setting => setting.IsSet)),
    ];
}
