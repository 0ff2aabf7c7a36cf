using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Groups;
using Pioneer.Embedded.Broker.Log;
using Xunit;

namespace Pioneer.Tests.Embedded.Groups;

public sealed class GroupOffsetsTests
{
    private static readonly TopicPartition T0 = new("t", 0);
    private static readonly TopicPartition T1 = new("t", 1);

    [Fact]
    public async Task Offsets_survive_a_restart_and_unknown_ones_are_minus_one()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        Assert.Equal([ErrorCode.None], Commit(fixture, "simple", -1, "", T0, 5));
        Assert.Equal([ErrorCode.None], Commit(fixture, "simple", -1, "", T0, 9));

        await fixture.RestartAsync();

        Assert.Equal([9, -1], fixture.Groups.FetchOffsets("simple", [T0, T1], false).Select(o => o.Offset));
        Assert.Equal("note", Assert.Single(fixture.Groups.FetchOffsets("simple", null, false)).Metadata);
        Assert.Equal(new GroupListing("simple", "", GroupState.Empty, "classic"), Assert.Single(fixture.Groups.List()));
    }

    [Fact]
    public async Task Commit_is_bound_to_the_present_generation_while_the_group_has_members()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        var joined = await fixture.StableAsync();

        Assert.Equal([ErrorCode.None], Commit(fixture, "g", 1, joined.MemberId, T0, 1));
        Assert.Equal([ErrorCode.IllegalGeneration], Commit(fixture, "g", 0, joined.MemberId, T0, 1));
        Assert.Equal([ErrorCode.UnknownMemberId], Commit(fixture, "g", 1, "stranger", T0, 1));
        Assert.Equal([ErrorCode.UnknownMemberId], Commit(fixture, "g", -1, "", T0, 1));
        Assert.Equal([ErrorCode.IllegalGeneration], Commit(fixture, "nobody", 3, "m", T0, 1));
    }

    [Fact]
    public async Task Too_long_metadata_fails_its_offset_only()
    {
        await using var fixture = await GroupFixture.OpenAsync();

        var errors = fixture.Groups.CommitOffsets(new OffsetCommitCommand(
            "s", -1, "", null, [new OffsetToCommit(T0, 1, -1, new string('x', 5000)), new OffsetToCommit(T1, 2, -1, null)]));

        Assert.Equal([ErrorCode.OffsetMetadataTooLarge, ErrorCode.None], errors);
        Assert.Equal([-1, 2], fixture.Groups.FetchOffsets("s", [T0, T1], false).Select(o => o.Offset));
    }

    [Fact]
    public async Task Delete_refuses_a_group_with_members_and_forgets_an_empty_one_for_good()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        await fixture.StableAsync();
        Commit(fixture, "s", -1, "", T0, 5);

        Assert.Equal(ErrorCode.NonEmptyGroup, fixture.Groups.Delete("g"));
        Assert.Equal(ErrorCode.None, fixture.Groups.Delete("s"));
        Assert.Equal(ErrorCode.GroupIdNotFound, fixture.Groups.Delete("s"));
        await fixture.RestartAsync();
        Assert.Null(fixture.Groups.Describe("s"));
        Assert.Equal(-1, fixture.Groups.FetchOffsets("s", [T0], false)[0].Offset);
    }

    [Fact]
    public async Task OffsetDelete_drops_offsets_of_an_empty_group_and_those_of_a_deleted_topic_go_by_themselves()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        Commit(fixture, "s", -1, "", T0, 5);
        Commit(fixture, "s", -1, "", T1, 6);
        Commit(fixture, "s", -1, "", new TopicPartition("other", 0), 7);

        Assert.Equal([ErrorCode.None], fixture.Groups.DeleteOffsets("s", [T0]).PartitionErrors);
        fixture.Groups.OnTopicDeleted("other");
        Assert.Equal(2, fixture.Groups.FetchOffsets("s", null, false).Count);
        fixture.Time.Advance(new GroupOptions().OffsetsOutliveTopic);
        Assert.Equal([T1], fixture.Groups.FetchOffsets("s", null, false).Select(o => o.Partition));

        await fixture.RestartAsync();
        Assert.Equal([T1], fixture.Groups.FetchOffsets("s", null, false).Select(o => o.Partition));
        Assert.Equal(ErrorCode.GroupIdNotFound, fixture.Groups.DeleteOffsets("none", [T0]).Error);
    }

    [Fact]
    public async Task Offsets_of_a_topic_that_is_not_there_at_the_start_go()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        Commit(fixture, "s", -1, "", T0, 5);
        Commit(fixture, "s", -1, "", new TopicPartition("other", 0), 7);

        fixture.Groups.DropOffsetsOfMissing(topic => topic == "t");

        Assert.Equal([T0], fixture.Groups.FetchOffsets("s", null, false).Select(o => o.Partition));
    }

    [Fact]
    public async Task Offsets_expire_after_the_retention_and_the_empty_group_with_them()
    {
        await using var fixture = await GroupFixture.OpenAsync();
        Commit(fixture, "s", -1, "", T0, 5);
        fixture.Time.Advance(TimeSpan.FromDays(6));
        Assert.NotNull(fixture.Groups.Describe("s"));

        fixture.Time.Advance(TimeSpan.FromDays(2));

        Assert.Null(fixture.Groups.Describe("s"));
    }

    private static IReadOnlyList<ErrorCode> Commit(GroupFixture fixture, string group, int generation, string member, TopicPartition partition, long offset) =>
        fixture.Groups.CommitOffsets(new OffsetCommitCommand(group, generation, member, null, [new OffsetToCommit(partition, offset, -1, "note")]));
}
