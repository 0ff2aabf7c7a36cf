using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Components;
using Pioneer.Portal.Features.Plans;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Tenants by feeds. Ticks are collected, planned as one and applied as one operation a tenant.</summary>
public sealed partial class MatrixPage
{
    private readonly SortedDictionary<(string Slug, string Feed), bool> _pending = [];
    private MatrixView? _matrix;
    private Plan? _plan;
    private DateTimeOffset? _plannedAt;
    private Error? _error;
    private bool _busy;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageQuery { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required SetEntitlements SetEntitlements { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override LiveTopic Topics => LiveTopic.Ingestion | LiveTopic.Tenants;

    private int PageNumber => Pager.Number(PageQuery);

    private bool IsAdmin => Me.Actor.PlatformRole == PlatformRole.Admin;

    private string PendingText
    {
        get
        {
            var tenants = _pending.Keys.Select(k => k.Slug).Distinct(StringComparer.Ordinal).Count();
            return $"{PlanWords.Count(_pending.Count)} in {Plural.Of(tenants, "tenant")}";
        }
    }

    private string PendingDetail
    {
        get
        {
            var on = _pending.Count(p => p.Value);
            var off = _pending.Count - on;
            return string.Join(" · ", new[]
            {
                on > 0 ? $"+ {Plural.Of(on, "connector task")}" : null,
                off > 0 ? $"{Plural.Of(off, "feed stops", "feeds stop")} (data is kept)" : null,
            }.OfType<string>());
        }
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _matrix = await Views.MatrixAsync(Text, PageNumber, cancellationToken);

    private Cell CellOf(MatrixLine row, string feed)
    {
        var granted = row.Granted.Contains(feed);
        return _pending.TryGetValue((row.Slug, feed), out var wanted)
            ? wanted ? new(true, "add", PioneerIcons.Plus, ", will be switched on") : new(false, "remove", PioneerIcons.Minus, ", will be switched off")
            : granted ? new(true, "on", PioneerIcons.Check, "") : new(false, "", null, "");
    }

    private void Toggle(MatrixLine row, string feed)
    {
        var wanted = !CellOf(row, feed).Wanted;
        if (wanted == row.Granted.Contains(feed))
        {
            _pending.Remove((row.Slug, feed));
        }
        else
        {
            _pending[(row.Slug, feed)] = wanted;
        }
    }

    /// <summary>Filter and pages of the matrix keep the ticks; any other page would lose them.</summary>
    private async Task AskBeforeLeavingAsync(LocationChangingContext leaving)
    {
        var stays = Navigation.ToAbsoluteUri(leaving.TargetLocation).AbsolutePath == Navigation.ToAbsoluteUri(Navigation.Uri).AbsolutePath;
        if (_pending.Count > 0 && !stays && !await Dialogs.ConfirmAsync(
            "Leave without applying", $"{PendingText}: they were ticked and not applied.", "Leave"))
        {
            leaving.PreventNavigation();
        }
    }

    private List<EntitlementChange> Changes() => [.. _pending.Select(p => new EntitlementChange(p.Key.Slug, p.Key.Feed, p.Value))];

    private async Task ReviewAsync()
    {
        (_busy, _error) = (true, null);
        var plan = await SetEntitlements.PreviewAsync(Me.Actor, Changes(), Gone);
        _busy = false;
        (_plan, _error, _plannedAt) = (plan.IsSuccess ? plan.Value : null, plan.Error, Time.GetUtcNow());
    }

    private async Task ApplyAsync()
    {
        _busy = true;
        var started = await SetEntitlements.ExecuteAsync(Me.Actor, Changes(), default);
        _busy = false;
        _error = started.Error;
        if (started.IsFailure)
        {
            Toaster.RefusedUnseen(started.Error, IsGone);
            return;
        }

        _pending.Clear();
        _plan = null;
        var single = started.Value.Length == 1;
        Toaster.Started(single ? "The plan is being applied." : $"{started.Value.Length} plans are being applied.", "Follow", single ? PortalUrls.Operation(started.Value[0].Value) : PortalUrls.Operations);
        await ReloadAsync();
    }

    private static string UrlOf(string? text, int page) => PortalUrls.With(PortalUrls.Ingestion, ("q", text), ("page", page > 1 ? page : null));

    private sealed record Cell(bool Wanted, string Class, string? IconName, string Note);
}
