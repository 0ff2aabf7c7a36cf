using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Pioneer.Portal.Components;

/// <summary>The few ways in which a page asks back.</summary>
public static class Dialogs
{
    private static readonly DialogOptions Options = new() { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true, CloseButton = false };

    /// <summary>Asks before something is destroyed. With <paramref name="requiredText"/> the name has to be typed.</summary>
    public static async Task<bool> ConfirmAsync(
        this IDialogService dialogs, string title, string text, string verb, string? requiredText = null, bool danger = true)
    {
        var parameters = new DialogParameters<ConfirmDialog>
        {
            { x => x.Text, text },
            { x => x.Verb, verb },
            { x => x.RequiredText, requiredText },
            { x => x.Danger, danger },
        };
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(title, parameters, Options);
        return await dialog.Result is { Canceled: false };
    }

    /// <summary>Opens a dialog component of a page with its parameters; null when it was cancelled.</summary>
    public static async Task<T?> AskAsync<TDialog, T>(this IDialogService dialogs, string title, DialogParameters<TDialog>? parameters = null)
        where TDialog : ComponentBase
    {
        var dialog = await dialogs.ShowAsync<TDialog>(title, parameters ?? new DialogParameters<TDialog>(), Options);
        var result = await dialog.Result;
        return result is { Canceled: false, Data: T value } ? value : default;
    }

    /// <summary>Shows a secret once; only its button closes it.</summary>
    public static async Task ShowSecretAsync(this IDialogService dialogs, string title, string label, string secret)
    {
        var parameters = new DialogParameters<SecretDialog> { { x => x.Label, label }, { x => x.Secret, secret } };
        var dialog = await dialogs.ShowAsync<SecretDialog>(title, parameters, Options with { BackdropClick = false, CloseOnEscapeKey = false });
        await dialog.Result;
    }
}
