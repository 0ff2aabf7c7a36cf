using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Ksql.Sandbox;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Severity = Pioneer.Ksql.Severity;

namespace Pioneer.Portal.Features.Editor;

/// <summary>The tenant's workbench. Text is judged in process as it is typed, and kept as a draft by <see cref="DraftAutosave"/>.</summary>
public sealed partial class EditorPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private PreviewSession _preview = null!; // made in OnInitialized, as is the next
    private DraftAutosave _autosave = null!;
    private TenantKsqlLanguage? _language;
    private SandboxVerdict? _verdict;
    private IReadOnlyList<DraftLine> _drafts = [];
    private Error? _error;
    private string _sql = "";
    private string _tab = "preview";
    private string? _openedKey;
    private int _editorKey;
    private int _errors;
    private int _warnings;
    private bool _loaded;
    private bool _deploying; // no save starts and the address stays while the dialog is open
    private bool _leaving; // the address belongs to where the person goes

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public string? Id { get; set; }

    [Inject]
    public required TenantSandbox Sandbox { get; set; }

    [Inject]
    public required PreviewService Previews { get; set; }

    [Inject]
    public required RecordReadings Readings { get; set; }

    [Inject]
    public required EditorStore Store { get; set; }

    [Inject]
    public required ManageDrafts Drafts { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    [Inject]
    public required ILogger<DraftAutosave> Log { get; set; }

    private EditorDocument? Document => _autosave.Document;

    private string Place => $"{Me.Actor.Id}/{Slug}/{Document?.DraftId?.ToString() ?? Id}";

    private KsqlEditor? Editor { get; set; }

    private CheckedStatement? Deployable => _verdict is { Valid: true, Statements: [{ Deployable: not null } statement] } ? statement : null;

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _preview.DisposeAsync();
        _leaving = true;
        await _autosave.DisposeAsync();
        _gone.Dispose();
    }

    protected override void OnInitialized()
    {
        _preview = new PreviewSession(Previews, Readings, () => InvokeAsync(StateHasChanged), Time);
        _autosave = new DraftAutosave(Drafts, Time, Log, OnSaved);
    }

    protected override async Task OnParametersSetAsync()
    {
        _leaving = false;
        var key = $"{Slug}/{Id}";
        if (key == _openedKey || (Document?.DraftId?.ToString() is { } own && own == Id))
        {
            _openedKey = key;
            return;
        }

        _openedKey = key;
        await OpenAsync();
    }

    private async Task OpenAsync()
    {
        var catalogue = await Sandbox.CatalogueAsync(Me.Actor, Slug, _gone.Token);
        if (catalogue.IsFailure)
        {
            _error = catalogue.Error;
            return;
        }

        _language = new TenantKsqlLanguage(catalogue.Value, TenantCatalogue.SandboxTenant(TenantSlug.Parse(Slug)));
        var document = await Store.OpenAsync(Me.Actor, Slug, Id, _gone.Token);
        await _autosave.OpenAsync(Me.Actor, Slug, document);
        _drafts = await Store.DraftsAsync(Me.Actor, Slug, _gone.Token);
        _sql = document is { DraftId: null, Subscription: null } ? Example() : document?.Sql ?? "";
        _loaded = true;
        _editorKey++;
        Judge();
    }

    // a first query on the tenant's own stream teaches more than an empty page
    private string Example() => _language?.Catalogue.Relations.FirstOrDefault() is { } relation
        ? $"-- Ctrl+Enter shows rows, Deploy makes a subscription\nSELECT *\nFROM {relation.Name}\nEMIT CHANGES;\n"
        : "-- This tenant has no streams yet: a platform admin gives it feeds in ingestion\n";

    private void Judge()
    {
        _verdict = _language?.Check(_sql, Document?.Subscription);
        _errors = _verdict?.Diagnostics.Count(d => d.Severity == Severity.Error) ?? 0;
        _warnings = _verdict?.Diagnostics.Count(d => d.Severity == Severity.Warning) ?? 0;
    }

    private async Task TakeAsync(string text)
    {
        var changed = text != _sql;
        _sql = text;
        Judge();
        await ShowMarkersAsync();
        if (changed && !_deploying)
        {
            _autosave.Type(_sql);
        }
    }

    private async Task ShowMarkersAsync()
    {
        if (Editor is not null && _verdict is { } verdict)
        {
            await Editor.SetMarkersAsync(
                [.. verdict.Diagnostics.Select(TenantKsqlLanguage.ToMarker)],
                [.. verdict.Diagnostics.Select(TenantKsqlLanguage.ToFix).OfType<EditorFix>()]);
        }
    }

    private async Task FixAsync(EditorFix fix)
    {
        if (Editor is not null && fix.Start + fix.Length <= _sql.Length)
        {
            await Editor.SetTextAsync(string.Concat(_sql.AsSpan(0, fix.Start), fix.Text, _sql.AsSpan(fix.Start + fix.Length)));
        }
    }

    private void OnSaved()
    {
        if (_leaving)
        {
            return;
        }

        if (!_autosave.HasUnsaved && Editor is not null)
        {
            _ = Editor.SavedAsync(_sql, Place);
        }

        ShowAddress();
        StateHasChanged();
    }

    /// <summary>The tab had text that it was not told to be saved: the page was loaded anew, or the portal was killed.</summary>
    private async Task RestoreAsync(string text)
    {
        // a circuit that ended in an orderly way has saved it after all
        if (Document?.DraftId is null && await Store.FindDraftAsync(Me.Actor, Slug, text, _gone.Token) is { } saved)
        {
            _sql = text;
            Navigation.NavigateTo(PortalUrls.Editor(Slug, saved.ToString()), replace: true);
            return;
        }

        await TakeAsync(text);
        Toaster.Done("What you had typed and was not saved yet is back.");
    }

    /// <summary>The last second of typing is saved before another page opens; who cannot have it saved is asked.</summary>
    private async Task SaveBeforeLeavingAsync(LocationChangingContext leaving)
    {
        var stays = Document?.DraftId is { } draft && Navigation.ToAbsoluteUri(leaving.TargetLocation).AbsolutePath == PortalUrls.Editor(Slug, draft.ToString());
        if (_deploying || stays || Editor is null)
        {
            return;
        }

        _leaving = true;
        await TakeAsync(await Editor.TakeTextAsync());
        await _autosave.SaveNowAsync();
        _leaving = !_autosave.HasUnsaved
            || await Dialogs.ConfirmAsync("Leave without saving", $"{_autosave.Problem} What you typed since the last save is lost when you leave.", "Leave");
        if (!_leaving)
        {
            leaving.PreventNavigation();
            StateHasChanged();
        }
    }

    // a draft has an address of its own from its first save on; going there closes dialogs, so it waits for an open one
    private void ShowAddress()
    {
        if (!_deploying && _autosave.Draft is { } draft && Id != draft.ToString())
        {
            Navigation.NavigateTo(PortalUrls.Editor(Slug, draft.ToString()), replace: true);
        }
    }

    private async Task PreviewAsync()
    {
        if (Editor is not null)
        {
            await RunPreviewAsync(await Editor.TakeTextAsync());
        }
    }

    private async Task RunPreviewAsync(string text)
    {
        await TakeAsync(text);
        _tab = _errors > 0 ? "problems" : "preview";
        if (_errors == 0)
        {
            await _preview.StartAsync(Me.Actor, Slug, _sql);
        }
    }

    private async Task DeployAsync()
    {
        if (_deploying || Document is null || Editor is null)
        {
            return;
        }

        _deploying = true;
        try
        {
            await _autosave.SaveNowAsync();

            // what the browser has not told yet counts too
            await TakeAsync(await Editor.TakeTextAsync());
            if (Deployable is not null && await AgreeAsync(Document))
            {
                return;
            }
        }
        finally
        {
            _deploying = false;
        }

        _tab = _errors > 0 ? "problems" : _tab;
        _autosave.Type(_sql);
    }

    /// <summary>False when the person thought better of it.</summary>
    private async Task<bool> AgreeAsync(EditorDocument document)
    {
        // a CREATE STREAM .. AS names what it makes; a SELECT is named in the dialog
        var named = Deployable?.Writes is [var topic] ? TopicNames.Parse(topic)?.Name : null;
        var parameters = new DialogParameters<DeployDialog> { { x => x.Slug, Slug }, { x => x.Sql, _sql }, { x => x.Document, document }, { x => x.SuggestedName, named } };
        if (await Dialogs.AskAsync<DeployDialog, SubscriptionDeployed>(document.Subscription is { } s ? $"Deploy {s}" : "Deploy a subscription", parameters) is { } deployed)
        {
            _autosave.Forget();
            if (_autosave.Draft is { } draft)
            {
                await Drafts.DeleteAsync(Me.Actor, Slug, draft, default);
            }

            Toaster.Started($"{deployed.Name} v{deployed.Version} is being deployed.", "Follow it", PortalUrls.Operation(deployed.Operation.Value));
            Navigation.NavigateTo(PortalUrls.Subscription(Slug, deployed.Name));
            return true;
        }

        return false;
    }

    private async Task DeleteDraftAsync(DraftLine draft)
    {
        if (!await Dialogs.ConfirmAsync("Delete this draft", $"“{draft.Title}” cannot be brought back. Subscriptions made of it stay.", "Delete"))
        {
            return;
        }

        var deleted = await Drafts.DeleteAsync(Me.Actor, Slug, new QueryDraftId(draft.Id), default);
        if (deleted is { IsFailure: true, Error.Kind: not ErrorKind.NotFound })
        {
            Toaster.Refused(deleted.Error.ToText());
            return;
        }

        if (_gone.IsCancellationRequested)
        {
            return;
        }

        _drafts = await Store.DraftsAsync(Me.Actor, Slug, _gone.Token);
        if (draft.Id == Document?.DraftId)
        {
            _autosave.Forget();
            Navigation.NavigateTo(PortalUrls.Editor(Slug));
        }
    }

    private string? On(string tab) => _tab == tab ? "on" : null;

    private string Selected(string tab) => _tab == tab ? "true" : "false";
}
