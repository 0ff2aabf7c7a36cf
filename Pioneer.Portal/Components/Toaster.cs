using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.Components;

/// <summary>Short messages at the edge of the page that link to the thing they speak of.</summary>
public sealed class Toaster(ISnackbar snackbar)
{
    public void Done(string text, string? linkText = null, string? href = null) => Show(text, linkText, href, Severity.Success, PioneerIcons.Check);

    public void Started(string text, string? linkText = null, string? href = null) => Show(text, linkText, href, Severity.Info, PioneerIcons.Progress);

    public void Refused(string text, string? linkText = null, string? href = null) => Show(text, linkText, href, Severity.Error, PioneerIcons.Problem);

    /// <summary>Tells a refusal that its page cannot show any more, as the person has left it meanwhile.</summary>
    public void RefusedUnseen(Error? refusal, bool isGone)
    {
        if (refusal is not null && isGone)
        {
            Refused(refusal.ToText());
        }
    }

    private void Show(string text, string? linkText, string? href, Severity severity, string icon)
    {
        void Content(RenderTreeBuilder builder)
        {
            builder.AddContent(0, text);
            if (href is not null)
            {
                builder.AddContent(1, " ");
                builder.OpenElement(2, "a");
                builder.AddAttribute(3, "href", href);
                builder.AddContent(4, linkText ?? "Open");
                builder.CloseElement();
            }
        }

        snackbar.Add((RenderFragment)Content, severity, options => options.Icon = PioneerIcons.Mud(icon));
    }
}
