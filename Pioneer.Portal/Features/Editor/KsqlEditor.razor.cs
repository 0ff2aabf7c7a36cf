using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Pioneer.Portal.Features.Editor;

/// <summary>Monaco with the ksql language. It asks <see cref="Language"/> over the circuit; there is no round trip to a cluster.</summary>
public sealed partial class KsqlEditor : IAsyncDisposable
{
    private ElementReference _element;
    private IJSObjectReference? _module;
    private IJSObjectReference? _editor;
    private DotNetObjectReference<KsqlEditor>? _self;

    /// <summary>Text that the editor begins with; later changes come from the person or through <see cref="SetTextAsync"/>.</summary>
    [Parameter]
    public string Text { get; set; } = "";

    [Parameter]
    public bool ReadOnly { get; set; }

    [Parameter, EditorRequired]
    public required IKsqlLanguage Language { get; set; }

    /// <summary>120 ms after the last keystroke.</summary>
    [Parameter]
    public EventCallback<string> OnTextChanged { get; set; }

    /// <summary>Ctrl+Enter, with the text as it stands.</summary>
    [Parameter]
    public EventCallback<string> OnRun { get; set; }

    /// <summary>Where the tab keeps text until <see cref="SavedAsync"/>; another for each person and document.</summary>
    [Parameter, EditorRequired]
    public required string Place { get; set; }

    /// <summary>After <see cref="OnReady"/>, when the tab had kept a text for <see cref="Place"/> that is not <see cref="Text"/> and now shows it.</summary>
    [Parameter]
    public EventCallback<string> OnRestored { get; set; }

    [Parameter]
    public EventCallback OnReady { get; set; }

    [Inject]
    public required IJSRuntime Js { get; set; }

    [JSInvokable]
    public IReadOnlyList<EditorCompletion> CompleteAsync(string text, int position) => Language.Complete(text, position);

    [JSInvokable]
    public EditorHover? HoverAsync(string text, int position) => Language.Hover(text, position);

    [JSInvokable]
    public EditorSignatureHelp? SignatureAsync(string text, int position) => Language.Signature(text, position);

    [JSInvokable]
    public Task TextChangedAsync(string text) => OnTextChanged.InvokeAsync(text);

    [JSInvokable]
    public Task RunAsync(string text) => OnRun.InvokeAsync(text);

    public ValueTask SetMarkersAsync(IReadOnlyList<EditorMarker> markers, IReadOnlyList<EditorFix> fixes) => CallAsync("setMarkers", markers, fixes);

    public ValueTask SetTextAsync(string text) => CallAsync("setText", text);

    /// <summary>The text as it stands, told without waiting for <see cref="OnTextChanged"/>, which it takes the place of.</summary>
    public async ValueTask<string> TakeTextAsync() => _editor is null ? Text : await _editor.InvokeAsync<string>("takeText");

    public ValueTask InsertAsync(string text) => CallAsync("insert", text);

    /// <summary>Puts the cursor there; 1-based.</summary>
    public ValueTask RevealAsync(int line, int column) => CallAsync("reveal", line, column);

    /// <summary>The tab need not keep <paramref name="text"/> any longer, and what is typed from now on belongs to <paramref name="place"/>.</summary>
    public async Task SavedAsync(string text, string place)
    {
        try
        {
            await CallAsync("saved", text, place);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the tab keeps it longer than it must; the next opening finds that it is saved
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_editor is not null)
            {
                await _editor.InvokeVoidAsync("dispose");
                await _editor.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the window is gone, and the editor with it
        }

        _self?.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./Features/Editor/KsqlEditor.razor.js");
        _self = DotNetObjectReference.Create(this);
        _editor = await _module.InvokeAsync<IJSObjectReference>("create", _element, _self, Text, Language.Vocabulary, ReadOnly, Place);
        await OnReady.InvokeAsync();
        if (await _editor.InvokeAsync<string?>("restored") is { } text)
        {
            await OnRestored.InvokeAsync(text);
        }
    }

    private ValueTask CallAsync(string method, params object?[] arguments) =>
        _editor is null ? ValueTask.CompletedTask : _editor.InvokeVoidAsync(method, arguments);
}
