using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Subscriptions;
using Pioneer.Ksql.Sandbox;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;
using Severity = Pioneer.Ksql.Severity;

namespace Pioneer.Portal.Features.Editor;

/// <summary>The tenant's workbench. Text is judged in process as it is typed; a draft is saved a second after the last key.</summary>
public sealed partial class EditorPage : IAsyncDisposable
{
    private static readonly TimeSpan SaveAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _gone = new();
    private PreviewSession _preview = null!; // made in OnInitialized
    private EditorDocument? _document;
    private TenantKsqlLanguage? _language;
    private SandboxVerdict? _verdict;
    private IReadOnlyList<DraftLine> _drafts = [];
    private CancellationTokenSource? _saving;
    private Task _saved = Task.CompletedTask;
    private Error? _error;
    private string _sql = "";
    private string _tab = "preview";
    private string? _openedKey;
    private DateTimeOffset? _savedAt;
    private string? _saveProblem;
    private int _editorKey;
    private int _errors;
    private int _warnings;
    private bool _loaded;
    private bool _deploying; // no save starts and the address stays while the dialog is open

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public string? Id { get; set; }

    [Inject]
    public required TenantSandbox Sandbox { get; set; }

    [Inject]
    public required PreviewService Previews { get; set; }

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

    private KsqlEditor? Editor { get; set; }

    private CheckedStatement? Deployable => _verdict is { Valid: true, Statements: [{ Deployable: not null } statement] } ? statement : null;

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _preview.DisposeAsync();
        _saving?.Dispose();
        _gone.Dispose();
    }

    protected override void OnInitialized() => _preview = new PreviewSession(Previews, () => InvokeAsync(StateHasChanged), Time);

    protected override async Task OnParametersSetAsync()
    {
        var key = $"{Slug}/{Id}";
        if (key == _openedKey || (_document?.DraftId?.ToString() is { } own && own == Id))
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
        _document = await Store.OpenAsync(Me.Actor, Slug, Id, _gone.Token);
        _drafts = await Store.DraftsAsync(Me.Actor, Slug, _gone.Token);
        _sql = _document is { DraftId: null, Subscription: null } ? Example() : _document?.Sql ?? "";
        (_savedAt, _saveProblem, _loaded) = (null, null, true);
        _editorKey++;
        Judge();
    }

    // a first query on the tenant's own stream teaches more than an empty page
    private string Example() => _language?.Catalogue.Relations.FirstOrDefault() is { } relation
        ? $"-- Ctrl+Enter shows rows, Deploy makes a subscription\nSELECT *\nFROM {relation.Name}\nEMIT CHANGES;\n"
        : "-- This tenant has no streams yet: a platform admin gives it feeds in ingestion\n";

    private void Judge()
    {
        _verdict = _language?.Check(_sql, _document?.Subscription ?? "draft");
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
            _saved = SaveSoonAsync();
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

    private async Task SaveSoonAsync()
    {
        if (_saving is not null)
        {
            await _saving.CancelAsync();
            _saving.Dispose();
        }

        _saving = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        var cancelled = _saving.Token;
        try
        {
            await Task.Delay(SaveAfter, Time, cancelled);
            await SaveAsync();
        }
        catch (OperationCanceledException)
        {
            // typed on, or left
        }
    }

    private async Task SaveAsync()
    {
        if (_document is not { } document)
        {
            return;
        }

        // somebody else's draft is read-only for me: saving makes a copy of my own
        var id = document is { DraftId: { } known, Mine: true } ? new QueryDraftId(known) : (QueryDraftId?)null;
        var saved = await Drafts.SaveAsync(Me.Actor, Slug, id, document.Name, _sql, document.Subscription, _gone.Token);
        if (saved.IsFailure)
        {
            _saveProblem = saved.Error.Message;
            StateHasChanged();
            return;
        }

        (_savedAt, _saveProblem) = (Time.GetUtcNow(), null);
        _document = document with { DraftId = saved.Value.Value, Mine = true };
        ShowAddress();
        StateHasChanged();
    }

    // a draft has an address of its own from its first save on; going there closes dialogs, so it waits for an open one
    private void ShowAddress()
    {
        if (!_deploying && _document is { DraftId: { } draft, Mine: true } && Id != draft.ToString())
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
        if (_deploying || _document is null || Editor is null)
        {
            return;
        }

        _deploying = true;
        try
        {
            if (_saving is not null)
            {
                await _saving.CancelAsync();
                await _saved;
            }

            // what the browser has not told yet counts too
            await TakeAsync(await Editor.TakeTextAsync());
            if (Deployable is not null && await AgreeAsync(_document))
            {
                return;
            }
        }
        finally
        {
            _deploying = false;
        }

        _tab = _errors > 0 ? "problems" : _tab;
        _saved = SaveSoonAsync();
    }

    /// <summary>False when the person thought better of it.</summary>
    private async Task<bool> AgreeAsync(EditorDocument document)
    {
        var parameters = new DialogParameters<DeployDialog> { { x => x.Slug, Slug }, { x => x.Sql, _sql }, { x => x.Document, document } };
        if (await Dialogs.AskAsync<DeployDialog, SubscriptionDeployed>(document.Subscription is { } s ? $"Deploy {s}" : "Deploy a subscription", parameters) is { } deployed)
        {
            if (document is { DraftId: { } draft, Mine: true })
            {
                await Drafts.DeleteAsync(Me.Actor, Slug, new QueryDraftId(draft), default);
            }

            Toaster.Started($"{deployed.Name} v{deployed.Version} is being deployed.", "Follow it", PortalUrls.Operation(deployed.Operation.Value));
            Navigation.NavigateTo(PortalUrls.Subscription(Slug, deployed.Name));
            return true;
        }

        return false;
    }

    private string? On(string tab) => _tab == tab ? "on" : null;

    private string Selected(string tab) => _tab == tab ? "true" : "false";
}
