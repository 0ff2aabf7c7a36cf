using Microsoft.AspNetCore.Components;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>All tenants: search, filter, sort and page live in the address, the database does the work.</summary>
public sealed partial class TenantsPage
{
    private TenantList? _list;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "drifted")]
    private bool? Drifted { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortQuery { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required TenantViews Views { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Tenants | LiveTopic.Subscriptions | LiveTopic.Ingestion;

    private int PageNumber => Pager.Number(PageQuery);

    private TenantSort Sort => Enum.TryParse<TenantSort>(SortQuery?.TrimStart('-'), out var sort) ? sort : TenantSort.Name;

    private bool IsDescending => SortQuery is ['-', ..];

    private bool HasFilter => !string.IsNullOrEmpty(Text) || !string.IsNullOrEmpty(State) || Drifted is true;

    private ListAddress Address => new(Text, State, Drifted ?? false, SortQuery, 1);

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _list = await Views.ListAsync(
        Text, Enum.TryParse<TenantState>(State, out var state) ? state : null, Drifted ?? false, Sort, IsDescending, PageNumber, cancellationToken);

    private string SortHref(string key, bool descending) => (Address with { Sort = descending ? "-" + key : key }).ToUrl();

    private void GoTo(ListAddress address) => Navigation.NavigateTo(address.ToUrl());

    private sealed record ListAddress(string? Text, string? State, bool Drifted, string? Sort, int Page)
    {
        public string ToUrl() => PortalUrls.With(
            PortalUrls.Tenants, ("q", Text), ("state", State), ("drifted", Drifted ? "true" : null), ("sort", Sort), ("page", Page > 1 ? Page : null));
    }
}
