using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Portal.Live;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class LiveComponentTests : CircuitContext
{
    private readonly LiveChanges _changes = new();

    public LiveComponentTests() => Services.AddSingleton(_changes);

    [Fact]
    public async Task Notice_of_its_topic_loads_it_again()
    {
        var component = Render<Counter>();
        component.MarkupMatches("<p>1</p>");
        _changes.Publish(LiveTopic.Audit);
        _changes.Publish(LiveTopic.Operations);
        await component.WaitForAssertionAsync(() => component.MarkupMatches("<p>2</p>"));
    }

    [Fact]
    public void Disposed_component_no_longer_listens()
    {
        var component = Render<Counter>();
        Assert.True(_changes.HasListeners);
        component.Instance.Dispose();
        Assert.False(_changes.HasListeners);
    }

    [Fact]
    public async Task Change_right_after_the_first_look_is_shown()
    {
        // a browser that answers slowly: the first look is over long before the page has been drawn
        var component = Render<Look>(p => p.Add(look => look.Read, () => _changes.Publish(LiveTopic.Operations)));
        await component.WaitForAssertionAsync(() => component.MarkupMatches("<p>2</p>"));
    }

    [Fact]
    public async Task Prerendered_component_does_not_listen()
    {
        await using var prerendering = new BunitContext();
        prerendering.Services.AddSingleton(_changes);
        prerendering.SetRendererInfo(new("Static", isInteractive: false));
        prerendering.Render<Counter>().MarkupMatches("<p>1</p>");
        Assert.False(_changes.HasListeners);
    }

    private sealed class Look : LiveComponent
    {
        private int _looks;

        [Parameter]
        public Action? Read { get; set; }

        protected override LiveTopic Topics => LiveTopic.Operations;

        protected override Task LoadAsync(CancellationToken cancellationToken)
        {
            if (++_looks == 1)
            {
                Read?.Invoke();
            }

            return Task.CompletedTask;
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddMarkupContent(0, $"<p>{_looks}</p>");
    }

    private sealed class Counter : LiveComponent
    {
        private int _loads;

        protected override LiveTopic Topics => LiveTopic.Operations;

        protected override Task LoadAsync(CancellationToken cancellationToken)
        {
            _loads++;
            return Task.CompletedTask;
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddMarkupContent(0, $"<p>{_loads}</p>");
    }
}
