using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>One connector with its state, its trace when it failed, and what can be done about it.</summary>
public sealed partial class ConnectorTableRow
{
    private bool _open;
    private ConnectorHealth _health = null!;

    [Parameter, EditorRequired]
    public required EntitlementLine Row { get; set; }

    [Parameter]
    public ConnectorStatus? Observed { get; set; }

    [Parameter]
    public bool IsObserved { get; set; }

    [Parameter]
    public bool MayAct { get; set; }

    [Parameter]
    public EventCallback<Result<OperationId>> OnStarted { get; set; }

    [Inject]
    public required ControlConnectors Connectors { get; set; }

    [Inject]
    public required IDialogService Dialog { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required PlatformPicture Picture { get; set; }

    private ConnectorTaskStatus? FailedTask => Observed?.Tasks.FirstOrDefault(t => t.State == "FAILED");

    private string? Trace => FailedTask?.Trace ?? Observed?.Trace;

    protected override void OnParametersSet() => _health = ConnectorHealth.Of(Picture, Row.Topic, Row.Source);

    private async Task RunBatchAsync()
    {
        var parameters = new DialogParameters<BatchDialog> { { x => x.Row, Row } };
        if (await Dialog.AskAsync<BatchDialog, BatchChoice>($"Run the batch of {Row.Feed} for {Row.Slug}", parameters) is { } choice)
        {
            await RunAsync((actor, slug, feed, ct) => Connectors.RunBatchAsync(actor, slug, feed, choice.DeletesMost, ct));
        }
    }

    private async Task RunAsync(Func<Actor, string, string, CancellationToken, Task<Result<OperationId>>> command) =>
        await OnStarted.InvokeAsync(await command(Me.Actor, Row.Slug, Row.Feed, default));
}
