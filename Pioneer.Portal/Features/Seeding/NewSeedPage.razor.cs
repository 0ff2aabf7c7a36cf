using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Seeding;
using Pioneer.Domain.Subscriptions;
using Pioneer.Jobs.Recovery;
using Pioneer.Portal.Features.Subscriptions;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Seeding;

/// <summary>Defines a seed job. What cannot be promised for the chosen subscription is said at once, and cannot be asked for.</summary>
public sealed partial class NewSeedPage
{
    private IReadOnlyList<string> _names = [];
    private SubscriptionView? _chosen;
    private SeedRunRow? _last;
    private string _subscription = "";
    private string? _typedName;
    private string? _rate;
    private Error? _error;
    private bool _busy;

    [Parameter]
    public string Slug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "subscription")]
    private string? Asked { get; set; }

    [Inject]
    public required ManageSeedJobs Jobs { get; set; }

    [Inject]
    public required SeedQueries Runs { get; set; }

    [Inject]
    public required SubscriptionViews Subscriptions { get; set; }

    [Inject]
    public required PlatformPicture Picture { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override LiveTopic Topics => LiveTopic.Subscriptions;

    /// <summary>Follows the subscription until somebody types another.</summary>
    private string Name => _typedName is { Length: > 0 } typed ? typed : _subscription.Length > 0 ? $"{_subscription}-state" : "";

    private SubscriptionView? Refused => _chosen is { Current.Seedability: SeedabilityWords.Refused } ? _chosen : null;

    /// <summary>What the topic that it reads holds, as the brokers were seen last.</summary>
    private long? Records => _chosen is { Current.Reads: [var topic] }
        ? Picture.LastGood?.Topic(topic)?.Partitions.Sum(partition => partition.End - partition.Earliest)
        : null;

    private bool MayDefine => !_busy && _chosen is not null && Refused is null;

    /// <summary>Why a job could be defined and not run, as things stand.</summary>
    private string? NotNow => _chosen?.Row.State switch
    {
        null or SubscriptionState.Running => null,
        SubscriptionState.Seeding => "A seed run over it is under way: wait for it before the next.",
        SubscriptionState.Paused => "It is paused, and a run cuts where its query runs: resume it before the job is run.",
        _ => "It does not run now: see to it before the job is run.",
    };

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _names = await Subscriptions.NamesAsync(Slug, cancellationToken);
        await UseAsync(_subscription.Length == 0 && Asked is not null ? Asked : _subscription);
    }

    private async Task UseAsync(string subscription)
    {
        _subscription = subscription;
        _error = null;
        _chosen = subscription.Length > 0 ? await Subscriptions.FindAsync(Slug, subscription, Gone) : null;
        _last = _chosen is null ? null : await Runs.LastDoneAsync(Me.Actor, Slug, subscription, Gone);
    }

    private async Task SaveAsync(bool run)
    {
        _busy = true;
        _error = await TryAsync(run);
        _busy = false;
    }

    private async Task<Error?> TryAsync(bool run)
    {
        var rate = SeedRate.Read(_rate);
        if (rate.IsFailure)
        {
            return rate.Error;
        }

        var defined = await Jobs.DefineAsync(Me.Actor, Slug, new SeedJobRequest(Name, _subscription, SeedLayer.Client, MaxRowsPerSecond: rate.Value), default);
        if (defined.IsFailure)
        {
            return defined.Error;
        }

        if (!run)
        {
            LeadTo(Navigation, PortalUrls.Seeds(Slug));
            return null;
        }

        var requested = await Jobs.RunAsync(Me.Actor, Slug, defined.Value, default);
        if (requested.IsSuccess)
        {
            LeadTo(Navigation, PortalUrls.SeedRun(Slug, requested.Value.Run.Value));
        }

        return requested.Error;
    }
}
