using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using MudBlazor;
using Pioneer.Portal.Components;

namespace Pioneer.Portal.Shell;

/// <summary>Top bar, navigation and content. Owns what belongs to the browser window: theme, keyboard, time zone.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    private ElementReference _shell;
    private IJSObjectReference? _module;
    private DotNetObjectReference<MainLayout>? _self;
    private PortalErrorBoundary? _boundary;
    private int _attachment;
    private bool _dark;
    private bool _navOpen;

    [Inject]
    public required IJSRuntime Js { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required ShellFacts Facts { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    // the editor is a workbench: no padding around it
    private bool FillsWindow => new Uri(Navigation.Uri).Segments is [_, "t/", _, "editor" or "editor/", ..];

    private string SkipHref => Navigation.ToBaseRelativePath(Navigation.Uri) + "#content";

    /// <summary>Called by the browser: '?' was pressed.</summary>
    [JSInvokable]
    public Task ShowShortcutsAsync() => Dialogs.ShowAsync<ShortcutsDialog>(
        "Keyboard", new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true });

    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        if (_module is not null)
        {
            try
            {
                await _module.InvokeVoidAsync("detach", _attachment);
                await _module.DisposeAsync();
            }
            catch (JSDisconnectedException)
            {
                // the window is gone, and its listeners with it
            }
        }

        _self?.Dispose();
    }

    protected override void OnInitialized()
    {
        Facts.Visit(Navigation.Uri);
        Navigation.LocationChanged += OnLocationChanged;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./Shell/MainLayout.razor.js");
        _self = DotNetObjectReference.Create(this);
        var window = await _module.InvokeAsync<WindowFacts>("attach", _self);
        _attachment = window.Attachment;
        _dark = window.Dark;
        Viewer.SetZone(window.TimeZone);
        StateHasChanged();
    }

    private async Task ToggleThemeAsync()
    {
        if (_module is not null)
        {
            _dark = await _module.InvokeAsync<bool>("toggleTheme");
        }
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        Facts.Visit(e.Location);
        _navOpen = false;
        _boundary?.Recover();
        _ = InvokeAsync(StateHasChanged);
    }

    private sealed record WindowFacts(int Attachment, bool Dark, string TimeZone);
}
