using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Portal.Live;

namespace Pioneer.Portal.Features.Operations;

/// <summary>One operation while it runs and ever after.</summary>
public sealed partial class OperationPage
{
    private OperationView? _detail;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    public required OperationViews Views { get; set; }

    protected override LiveTopic Topics => LiveTopic.Operations;

    protected override async Task LoadAsync(CancellationToken cancellationToken) => _detail = await Views.FindAsync(new OperationId(Id), cancellationToken);
}
