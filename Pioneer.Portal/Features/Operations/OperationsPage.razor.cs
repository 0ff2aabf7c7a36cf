using Microsoft.AspNetCore.Components;
using Pioneer.Domain.Operations;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Features.Operations;

/// <summary>All background work, newest first; filter and page are in the address.</summary>
public sealed partial class OperationsPage
{
    private OperationList? _page;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required OperationViews Views { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Operations;

    private int PageNumber => Pager.Number(PageQuery);

    private bool HasFilter => !string.IsNullOrEmpty(Text) || !string.IsNullOrEmpty(State);

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _page = await Views.ListAsync(
        Enum.TryParse<OperationState>(State, out var state) ? state : null, Text, tenant: null, PageNumber, cancellationToken);

    private static string UrlOf(string? text, string? state, int page) =>
        PortalUrls.With(PortalUrls.Operations, ("q", text), ("state", state), ("page", page > 1 ? page : null));

    private void GoTo(string? text = null, string? state = null) => Navigation.NavigateTo(UrlOf(text ?? Text, state ?? State, 1));
}
