using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>The stored protection of records as a form.</summary>
public sealed partial class ProtectionPanel : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private TopicProtection? _shown;
    private Error? _error;
    private short _replicas;
    private short _strictness;
    private bool _busy;

    [Inject]
    public required ProtectionSettings Settings { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required Toaster Toaster { get; set; }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    protected override async Task OnInitializedAsync() => Take(await Settings.GetAsync(Me.Actor, _gone.Token));

    private static string Origin(TopicProtection shown) => shown.Origin switch
    {
        ProtectionOrigin.Observed => "Taken from the cluster, and raised when it grows",
        ProtectionOrigin.Configured => "Taken from Kafka:ReplicationFactor at the first start",
        _ => $"Set by {shown.ChangedBy}",
    };

    private void Take(Result<TopicProtection> answer)
    {
        _error = answer.Error;
        if (answer.IsSuccess)
        {
            (_shown, _replicas, _strictness) = (answer.Value, answer.Value.ReplicationFactor, answer.Value.MinInSyncReplicas);
        }
    }

    private async Task SaveAsync()
    {
        if (_busy || _shown is not { } shown)
        {
            return;
        }

        var lowers = _replicas < shown.ReplicationFactor || _strictness < shown.MinInSyncReplicas;
        if (lowers && !await Dialogs.ConfirmAsync(
            "Protect records less well",
            "New topics are kept on fewer brokers, or writes count with fewer of them. Topics that are there change only with a confirmation for each tenant.",
            "Lower it", requiredText: ProtectionSettings.LoweringConfirmation))
        {
            return;
        }

        _busy = true;
        var confirmation = lowers ? ProtectionSettings.LoweringConfirmation : null;
        var saved = await Settings.SetAsync(Me.Actor, new WantedProtection(_replicas, _strictness), confirmation, shown.Revision, default);
        _busy = false;
        Take(saved);
        Toaster.RefusedUnseen(saved.Error, _gone.IsCancellationRequested);
        if (saved.IsSuccess)
        {
            Toaster.Done("Saved. The next plan of each tenant has it.");
        }
    }
}
