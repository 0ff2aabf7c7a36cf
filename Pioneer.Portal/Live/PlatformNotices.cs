using Pioneer.Domain;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Portal.Live;

/// <summary>Passes what the watch, the playbooks and the seed runs of this process say on to open pages.</summary>
/// <remarks>The watch looks every second; pages are told when what it saw is different, and every few seconds so that ages stay true.</remarks>
public sealed class PlatformNotices(
    PlatformPicture picture, PlaybookRunEvents playbooks, SeedRunEvents seeds, LiveChanges changes, TimeProvider time) : IHostedService
{
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(5);

    private DateTimeOffset _told;
    private (bool? BrokersAnswer, int? Failed, DateTimeOffset? Round) _seen;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        picture.Changed += OnPicture;
        playbooks.Changed += OnPlaybook;
        seeds.Changed += OnSeed;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        picture.Changed -= OnPicture;
        playbooks.Changed -= OnPlaybook;
        seeds.Changed -= OnSeed;
        return Task.CompletedTask;
    }

    private void OnPicture()
    {
        var now = time.GetUtcNow();
        var seen = (picture.Look?.BrokersAnswer, picture.Look?.Connectors?.Count(c => c.IsFailed), picture.Round?.TakenAt);
        if (seen != _seen || now - _told >= AtLeastEvery)
        {
            (_seen, _told) = (seen, now);
            changes.Publish(LiveTopic.Recovery);
        }
    }

    private void OnPlaybook(PlaybookRunId run) => changes.Publish(LiveTopic.Recovery);

    private void OnSeed(SeedRunId run) => changes.Publish(LiveTopic.Seeding);
}
