using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;

namespace Pioneer.Portal.Shell;

/// <summary>Keeps a fault of one page inside that page, and shows the id under which the log has the exception.</summary>
public sealed class PortalErrorBoundary : ErrorBoundary
{
    private string? _errorId;

    [Inject]
    public required ILogger<PortalErrorBoundary> Log { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    protected override Task OnErrorAsync(Exception exception)
    {
        _errorId = Time.GetUtcNow().ToString("yyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        ShellLog.PageBroke(Log, _errorId, exception);
        return Task.CompletedTask;
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        if (CurrentException is null)
        {
            builder.AddContent(0, ChildContent);
            return;
        }

        builder.OpenElement(1, "div");
        builder.AddAttribute(2, "class", "callout bad");
        builder.AddAttribute(3, "role", "alert");
        builder.AddMarkupContent(4, "<h2>This page met a fault</h2>");
        builder.OpenElement(5, "p");
        builder.AddAttribute(6, "class", "muted");
        builder.AddContent(7, "Nothing that runs on the platform was touched by it. The log has the cause under ");
        builder.OpenElement(8, "code");
        builder.AddContent(9, $"error {_errorId}");
        builder.CloseElement();
        builder.AddContent(10, ".");
        builder.CloseElement();
        builder.OpenElement(11, "button");
        builder.AddAttribute(12, "type", "button");
        builder.AddAttribute(13, "class", "btn");
        builder.AddAttribute(14, "onclick", EventCallback.Factory.Create(this, Recover));
        builder.AddContent(15, "Show the page again");
        builder.CloseElement();
        builder.CloseElement();
    }
}
