using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Jobs.Connect;
using Pioneer.Portal.Components;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>What Kafka Connect runs, beside what is wanted of it.</summary>
public sealed partial class ConnectorsPage
{
    private EntitlementList? _list;
    private Dictionary<string, ConnectorStatus> _observed = [];
    private DateTimeOffset? _observedAt;
    private string? _unreachable;
    private Error? _error;
    private bool _busy;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required ConnectClient Connect { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion | LiveTopic.Operations | LiveTopic.Recovery;

    private int PageNumber => Pager.Number(PageQuery);

    private static string UrlOf(string? text, int page) => PortalUrls.With(PortalUrls.Connectors, ("q", text), ("page", page > 1 ? page : null));

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _list = await Views.EntitlementsAsync(Text, PageNumber, cancellationToken);
        if (RendererInfo.IsInteractive)
        {
            await ObserveAsync();
        }
    }

    private async Task ObserveAsync()
    {
        _busy = true;
        try
        {
            _observed = (await Connect.ListAsync(Gone)).ToDictionary(c => c.Name, c => c.Status, StringComparer.Ordinal);
            (_observedAt, _unreachable) = (Time.GetUtcNow(), null);
        }
        catch (Exception e) when (e is ConnectUnavailableException or ConnectRequestException)
        {
            (_observed, _observedAt, _unreachable) = ([], null, e.Message);
        }

        _busy = false;
    }

    private void Follow(Result<OperationId> started)
    {
        _error = started.Error;
        Toaster.RefusedUnseen(started.Error, IsGone);
        if (started.IsSuccess)
        {
            Toaster.Started("Started.", "Follow it", PortalUrls.Operation(started.Value.Value));
        }
    }
}
