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

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required AuditViews Views { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Audit;

    private int PageNumber => Pager.Number(PageQuery);

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _list = await Views.ListAsync(new ActivityFilter(Text, ActionName), PageNumber, cancellationToken);
        _actions = await Views.ActionsAsync(cancellationToken);
    }

    private static string UrlOf(string? text, string? action, int page) =>
        PortalUrls.With(PortalUrls.Activity, ("q", text), ("action", action), ("page", page > 1 ? page : null));

    private void GoTo(string? text, string? action) => Navigation.NavigateTo(UrlOf(text, action, 1));
}
