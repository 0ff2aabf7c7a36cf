using Bunit;
using Microsoft.AspNetCore.Components;

namespace Pioneer.Tests.Portal;

/// <summary>How component tests press a button while the component may draw itself anew.</summary>
internal static class ComponentPresses
{
    /// <summary>
    /// Waits for an element and presses it; ends with what that began. It is found again in the renderer's turn, as what was found before may be gone by then.
    /// </summary>
    public static Task PressAsync<TComponent>(this IRenderedComponent<TComponent> component, string selector)
        where TComponent : IComponent
    {
        component.WaitForElement(selector);
        return component.InvokeAsync(() => component.Find(selector).ClickAsync());
    }
}
