using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Pioneer.Portal.Features.Tenants;

/// <summary>
/// A slug that is suggested until the person types one. The browser decides which is shown: a suggestion that was on its way while the person
/// typed would otherwise stand over what they typed.
/// </summary>
public sealed partial class SlugInput : IAsyncDisposable
{
    private ElementReference _input;
    private IJSObjectReference? _module;
    private string _first = "";

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    /// <summary>What is shown, and counts, while nothing is typed.</summary>
    [Parameter]
    public string Suggestion { get; set; } = "";

    /// <summary>What the input begins with.</summary>
    [Parameter]
    public string Value { get; set; } = "";

    /// <summary>Each thing typed; empty when the person takes everything away again.</summary>
    [Parameter]
    public EventCallback<string> OnTyped { get; set; }

    [Parameter]
    public bool Invalid { get; set; }

    [Parameter]
    public string? DescribedBy { get; set; }

    [Inject]
    public required IJSRuntime Js { get; set; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the window is gone, and the input with it
        }
    }

    protected override void OnInitialized() => _first = Value;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./Features/Tenants/SlugInput.razor.js");
            await _module.InvokeVoidAsync("follow", _input);
        }
    }

    private Task OnInputAsync(ChangeEventArgs e) => OnTyped.InvokeAsync(e.Value?.ToString() ?? "");
}
