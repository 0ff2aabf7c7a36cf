using Microsoft.AspNetCore.Components;

namespace Pioneer.Portal.Features.Settings;

/// <summary>The components and whether they answer right now; tested when the page is opened and on request.</summary>
public sealed partial class PlatformPage
{
    private IReadOnlyList<PlatformConnection> _rows = [];
    private bool _busy;

    [Inject]
    public required PlatformConnections Connections { get; set; }

    protected override void OnInitialized() => _rows = Connections.Configured();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await TestAsync();
        }
    }

    private async Task TestAsync()
    {
        _busy = true;
        StateHasChanged();
        _rows = await Connections.TestAsync(default);
        _busy = false;
        StateHasChanged();
    }
}
