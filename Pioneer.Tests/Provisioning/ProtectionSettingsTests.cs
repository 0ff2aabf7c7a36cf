using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Provisioning;

/// <summary>The stored protection: taken from brokers that the cluster has, not from those that are up; lowered by people alone.</summary>
public sealed class ProtectionSettingsTests : IAsyncLifetime
{
    private readonly DomainDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(1, 3, true, 3, 2)]
    [InlineData(3, 3, true, 3, 2)]
    [InlineData(2, 2, true, 2, 1)]
    [InlineData(1, 5, true, 3, 2)]
    [InlineData(2, 3, false, 2, 1)]
    public async Task First_look_counts_the_brokers_that_the_cluster_has(int live, int registered, bool tells, int replicas, int strictness)
    {
        var wanted = await SeeAsync(Brokers(live, registered, tells));

        Assert.Equal((replicas, strictness), (wanted.ReplicationFactor, wanted.MinInSyncReplicas));
    }

    [Fact]
    public async Task Topics_prove_brokers_that_the_cluster_does_not_tell_of()
    {
        var topic = new TopicSpec("acme.t.payments", 3, 3, ImmutableSortedDictionary<string, string>.Empty);

        Assert.Equal(3, (await SeeAsync(Brokers(2, 3, tells: false), topic)).ReplicationFactor);
    }

    [Fact]
    public async Task Lost_brokers_lower_nothing_and_new_ones_raise_it_with_a_note_in_the_audit_log()
    {
        await SeeAsync(Brokers(2, 2, tells: false));
        await SeeAsync(Brokers(3, 3, tells: false));

        Assert.Equal(new WantedProtection(3, 2), await SeeAsync(Brokers(1, 3, tells: false)));
        await using var db = _database.Open();
        var entries = await db.AuditEntries.Where(row => row.Action == "ProtectionObserved").ToListAsync(DomainDatabase.Token);
        Assert.Equal(2, entries.Count);
    }

    [Fact]
    public async Task Many_that_look_for_the_first_time_at_once_agree()
    {
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SeeAsync(Brokers(2, 3, tells: true))));

        Assert.All(seen, wanted => Assert.Equal(new WantedProtection(3, 2), wanted));
    }

    [Fact]
    public async Task What_a_person_set_stays_when_the_cluster_grows()
    {
        await SeeAsync(Brokers(2, 2, tells: true));
        Assert.Null((await SetAsync(2, 2)).Error);

        Assert.Equal(new WantedProtection(2, 2), await SeeAsync(Brokers(5, 5, tells: true)));
        var row = (await _database.Get<ProtectionSettings>().GetAsync(Actors.Operator, DomainDatabase.Token)).Value;
        Assert.Equal((ProtectionOrigin.Person, 5), (row.Origin, row.MostBrokersSeen));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public async Task Lowering_takes_typed_words(short replicas, short strictness)
    {
        await SeeAsync(Brokers(3, 3, tells: true));

        Assert.Equal("ConfirmationMissing", (await SetAsync(replicas, strictness)).Error?.Code);
        Assert.Null((await SetAsync(replicas, strictness, ProtectionSettings.LoweringConfirmation)).Error);
    }

    [Theory]
    [InlineData(4, 2, "TooFewBrokers")]
    [InlineData(0, 0, "ReplicationOutOfRange")]
    [InlineData(3, 4, "MinInSyncOutOfRange")]
    [InlineData(3, 0, "MinInSyncOutOfRange")]
    public async Task What_the_cluster_cannot_keep_is_refused(short replicas, short strictness, string code)
    {
        await SeeAsync(Brokers(3, 3, tells: true));

        Assert.Equal(code, (await SetAsync(replicas, strictness, ProtectionSettings.LoweringConfirmation)).Error?.Code);
    }

    [Fact]
    public async Task Only_platform_admins_set_it_and_of_two_that_saw_the_same_the_second_is_told()
    {
        await SeeAsync(Brokers(3, 3, tells: true));
        var settings = _database.Get<ProtectionSettings>();

        Assert.Equal(ErrorKind.Forbidden, (await settings.SetAsync(Actors.Operator, new(3, 3), null, null, DomainDatabase.Token)).Error?.Kind);
        Assert.Null((await settings.SetAsync(Actors.Admin, new(3, 3), null, 0, DomainDatabase.Token)).Error);
        Assert.Equal(ErrorKind.Concurrency, (await settings.SetAsync(Actors.Admin, new(3, 3), null, 0, DomainDatabase.Token)).Error?.Kind);
    }

    [Fact]
    public async Task Before_the_first_look_nothing_is_shown_and_nothing_can_be_set()
    {
        Assert.Equal(ErrorKind.NotFound, (await _database.Get<ProtectionSettings>().GetAsync(Actors.Admin, DomainDatabase.Token)).Error?.Kind);
        Assert.Equal(ErrorKind.NotFound, (await SetAsync(1, 1)).Error?.Kind);
    }

    private Task<WantedProtection> SeeAsync(ObservedBrokers brokers, params TopicSpec[] topics) =>
        _database.Get<ProtectionSettings>().WantedAsync(new ObservedState { Brokers = brokers, Topics = [.. topics] }, DomainDatabase.Token);

    private Task<Result<TopicProtection>> SetAsync(short replicas, short strictness, string? confirmation = null) =>
        _database.Get<ProtectionSettings>().SetAsync(Actors.Admin, new(replicas, strictness), confirmation, null, DomainDatabase.Token);

    private static ObservedBrokers Brokers(int live, int registered, bool tells) =>
        new([.. Enumerable.Range(1, live)], tells ? [.. Enumerable.Range(1, registered)] : default, TakesReassignments: true);
}
