using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Groups;

/// <summary>A group coordinator over its own log directory and clock.</summary>
internal sealed class GroupFixture : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "pioneer-groups-" + Guid.NewGuid().ToString("N"));
    private readonly GroupOptions _options;
    private LogManager _logs = null!;

    private GroupFixture(GroupOptions options) => _options = options;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    public GroupCoordinator Groups { get; private set; } = null!;

    public static async Task<GroupFixture> OpenAsync(GroupOptions? options = null)
    {
        var fixture = new GroupFixture(options ?? new GroupOptions());
        await fixture.StartAsync();
        return fixture;
    }

    public async Task RestartAsync()
    {
        await Groups.DisposeAsync();
        await _logs.DisposeAsync();
        await StartAsync();
    }

    public Task<JoinGroupResult> JoinAsync(string memberId = "", string? instance = null, bool requireId = false, string protocol = "range", byte metadata = 1) =>
        Groups.JoinAsync(
            new JoinGroupCommand("g", memberId, instance, "client", "/127.0.0.1", 10_000, 30_000, "consumer", [new GroupProtocol(protocol, [metadata])], requireId, true),
            TestContext.Current.CancellationToken);

    public Task<SyncGroupResult> SyncAsync(JoinGroupResult joined, params MemberAssignment[] assignments) => Groups.SyncAsync(
        new SyncGroupCommand("g", joined.GenerationId, joined.MemberId, null, null, null, assignments), TestContext.Current.CancellationToken);

    /// <summary>One member alone, stable.</summary>
    public async Task<JoinGroupResult> StableAsync(string? instance = null)
    {
        var joined = await JoinAsync(instance: instance);
        await SyncAsync(joined, new MemberAssignment(joined.MemberId, [7]));
        return joined;
    }

    public async ValueTask DisposeAsync()
    {
        await Groups.DisposeAsync();
        await _logs.DisposeAsync();
        TestFolder.Delete(_directory);
    }

    private async Task StartAsync()
    {
        _logs = await LogManager.OpenAsync(new LogManagerOptions { DataDirectory = _directory, OffsetsPartitions = 2 }, NullLoggerFactory.Instance, Time);
        Groups = GroupCoordinator.Open(_logs, _options, NullLoggerFactory.Instance, Time);
    }
}
