using Microsoft.JSInterop;

namespace Pioneer.Portal.Components;

/// <summary>Writes to the viewer's clipboard. Returns false where the browser refuses.</summary>
public sealed class BrowserClipboard(IJSRuntime js)
{
    public async Task<bool> WriteAsync(string text)
    {
        try
        {
            await js.InvokeVoidAsync("navigator.clipboard.writeText", text);
            return true;
        }
        catch (JSException)
        {
            return false;
        }
    }
}
