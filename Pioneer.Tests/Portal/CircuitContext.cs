using Bunit;
using Microsoft.AspNetCore.Components;

namespace Pioneer.Tests.Portal;

/// <summary>Draws components as a live circuit does, not as a page that is rendered ahead of one.</summary>
public abstract class CircuitContext : BunitContext
{
    // not in the constructor: no service may be added once the renderer has been asked for
    public override IRenderedComponent<TComponent> Render<TComponent>(RenderFragment renderFragment)
    {
        SetRendererInfo(new("Server", isInteractive: true));
        return base.Render<TComponent>(renderFragment);
    }

    public override IRenderedComponent<TComponent> Render<TComponent>(Action<ComponentParameterCollectionBuilder<TComponent>>? parameterBuilder = null)
    {
        SetRendererInfo(new("Server", isInteractive: true));
        return base.Render(parameterBuilder);
    }
}
