using Microsoft.AspNetCore.Components;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Features.Activity;

/// <summary>The audit log, filtered by the address.</summary>
public sealed partial class ActivityPage
{
    private AuditList? _list;
    private IReadOnlyList<string> _actions = [];

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "action")]
    private string? ActionName { get; set; }

    /// <summary>First day, as <c>2026-11-28</c>, in the viewer's zone.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    /// <summary>Last day, included.</summary>
    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required AuditViews Views { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    private int PageNumber => Pager.Number(PageQuery);

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _list = await Views.ListAsync(new ActivityFilter(Text, ActionName, From: Day(From, 0), To: Day(To, 1)), PageNumber, cancellationToken);
        _actions = await Views.ActionsAsync(cancellationToken);
    }

    private static string UrlOf(string? text, string? action, string? from, string? to, int page) =>
        PortalUrls.With(PortalUrls.Activity, ("q", text), ("action", action), ("from", from), ("to", to), ("page", page > 1 ? page : null));

    private void GoTo(string? text, string? action, string? from, string? to) => Navigation.NavigateTo(UrlOf(text, action, from, to, 1));

    // midnight of the viewer's day; what is no day does not narrow
    private DateTimeOffset? Day(string? text, int days) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? Viewer.Midnight(day.AddDays(days)) : null;
}
