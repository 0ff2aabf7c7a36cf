using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Pioneer.Portal.Components;

/// <summary>
/// The one timer of a circuit. Each second it renders nothing but lets <see cref="ViewerTime.Ticked"/> run inside its render, so that a page of
/// ages is drawn as one batch, and only those that read differently. Prerendered pages do not tick: there is nobody to draw for.
/// </summary>
public sealed class Ticker : ComponentBase, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private ITimer? _timer;

    [Inject]
    public required TimeProvider Time { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    public void Dispose() => _timer?.Dispose();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _timer = Time.CreateTimer(_ => _ = InvokeAsync(StateHasChanged), null, Interval, Interval);
        }
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder) => Viewer.Tick();
}
