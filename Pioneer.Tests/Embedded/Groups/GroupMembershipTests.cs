using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Groups;
using Xunit;

namespace Pioneer.Tests.Embedded.Groups;

public sealed class GroupMembershipTests
{
    [Fact]
    public async Task New_member_is_told_its_id_first_when_the_protocol_asks_for_it()
    {
        await using var fixture = await GroupFixture.OpenAsync();

        var told = await fixture.JoinAsync(requireId: true);
        var joined = await fixture.JoinAsync(told.MemberId, requireId: true);

        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.StartsWith("client-", told.MemberId, StringComparison.Ordinal);
        Assert.Equal((ErrorCode.None, 1, told.MemberId), (joined.Error, joined.GenerationId, joined.Leader));
        Assert.Equal(ErrorCode.UnknownMemberId, (await fixture.JoinAsync("stranger")).Error);
    }

    [Fact]
    public async Task Second_member_makes_the_first_rejoin_and_the_leader_assigns_both()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var first = await fixture.StableAsync();
        var joining = fixture.JoinAsync();
        Assert.False(joining.IsCompleted);
        Assert.Equal(ErrorCode.RebalanceInProgress, fixture.Groups.Heartbeat("g", 1, first.MemberId, null));

        var again = await fixture.JoinAsync(first.MemberId);
        var second = await joining;
        var following = fixture.SyncAsync(second);
        Assert.False(following.IsCompleted);
        var leading = await fixture.SyncAsync(again, new MemberAssignment(first.MemberId, [1]), new MemberAssignment(second.MemberId, [2]));

        Assert.Equal((2, first.MemberId, 2), (again.GenerationId, again.Leader, again.Members.Count));
        Assert.Empty(second.Members);
        Assert.Equal([1], leading.Assignment);
        Assert.Equal([2], (await following).Assignment);
        Assert.Equal(ErrorCode.None, fixture.Groups.Heartbeat("g", 2, second.MemberId, null));
        Assert.Equal(ErrorCode.IllegalGeneration, fixture.Groups.Heartbeat("g", 1, second.MemberId, null));
    }

    [Fact]
    public async Task Silent_member_is_removed_after_its_session_timeout()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var joined = await fixture.StableAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(ErrorCode.None, fixture.Groups.Heartbeat("g", 1, joined.MemberId, null));
        fixture.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(GroupState.Stable, fixture.Groups.Describe("g")!.State);

        fixture.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(GroupState.Empty, fixture.Groups.Describe("g")!.State);
        Assert.Equal(ErrorCode.UnknownMemberId, fixture.Groups.Heartbeat("g", 1, joined.MemberId, null));
    }

    [Fact]
    public async Task Rebalance_ends_without_the_member_that_does_not_rejoin_in_time()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var first = await fixture.StableAsync();
        var joining = fixture.JoinAsync();
        for (var i = 0; i < 4; i++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(8));
            fixture.Groups.Heartbeat("g", 1, first.MemberId, null);
        }

        var second = await joining;

        Assert.Equal((ErrorCode.None, 2, second.MemberId), (second.Error, second.GenerationId, second.Leader));
        Assert.Single(second.Members);
    }

    [Fact]
    public async Task Leaving_member_makes_the_rest_rebalance_at_once()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var joined = await fixture.StableAsync();

        var left = fixture.Groups.Leave("g", [new LeavingMember(joined.MemberId, null), new LeavingMember("stranger", null)]);

        Assert.Equal([ErrorCode.None, ErrorCode.UnknownMemberId], left.MemberErrors);
        Assert.Equal(GroupState.Empty, fixture.Groups.Describe("g")!.State);
    }

    [Fact]
    public async Task Static_member_comes_back_without_a_rebalance_and_its_old_id_is_fenced()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var first = await fixture.StableAsync("host-1");

        var back = await fixture.JoinAsync(instance: "host-1");

        Assert.Equal((ErrorCode.None, 1, true), (back.Error, back.GenerationId, back.SkipAssignment));
        Assert.NotEqual(first.MemberId, back.MemberId);
        Assert.Equal(ErrorCode.FencedInstanceId, fixture.Groups.Heartbeat("g", 1, first.MemberId, "host-1"));
        Assert.Equal(ErrorCode.None, fixture.Groups.Heartbeat("g", 1, back.MemberId, "host-1"));
        Assert.Equal([7], (await fixture.SyncAsync(back)).Assignment);
    }

    [Fact]
    public async Task Member_without_a_common_protocol_is_refused()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        await fixture.StableAsync();

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await fixture.JoinAsync(protocol: "sticky")).Error);
    }

    [Fact]
    public async Task Members_go_on_after_a_restart_without_a_rebalance()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var joined = await fixture.StableAsync();

        await fixture.RestartAsync();

        Assert.Equal(ErrorCode.None, fixture.Groups.Heartbeat("g", 1, joined.MemberId, null));
        var described = fixture.Groups.Describe("g")!;
        Assert.Equal((GroupState.Stable, "range"), (described.State, described.ProtocolName));
        Assert.Equal([7], Assert.Single(described.Members).Assignment);
        fixture.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(GroupState.Empty, fixture.Groups.Describe("g")!.State);
    }

    [Fact]
    public async Task Session_timeout_outside_the_limits_is_refused()
    {
        await using var fixture = await GroupFixture.OpenAsync(new GroupOptions { MinSessionTimeoutMs = 20_000 });

        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await fixture.JoinAsync()).Error);
    }
}
