using Bunit;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Pioneer.Portal.Live;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class LiveComponentTests : BunitContext
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
