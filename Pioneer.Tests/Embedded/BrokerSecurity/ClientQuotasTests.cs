using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Security;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerSecurity;

public sealed class ClientQuotasTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Sender_within_its_rate_never_waits_and_one_above_it_waits_for_the_debt()
    {
        var quotas = With((new QuotaEntity("alice", null), 1000));

        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "alice", "c", 10_000));
        Assert.Equal(TimeSpan.FromSeconds(2), quotas.Charge(QuotaKind.Produce, "alice", "c", 2000));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "alice", "c", 1000));
        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Fetch, "alice", "c", 1_000_000));
        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "bob", "c", 1_000_000));
    }

    [Fact]
    public void Most_specific_quota_counts_and_defaults_are_counted_for_each_sender()
    {
        var quotas = With(
            (new QuotaEntity(QuotaEntity.Default, null), 10), (new QuotaEntity("alice", null), 100), (new QuotaEntity("alice", "fast"), 100_000));

        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "alice", "fast", 100_000));
        Assert.Equal(TimeSpan.FromSeconds(10), quotas.Charge(QuotaKind.Produce, "alice", "slow", 2000));
        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "bob", null, 100));
        Assert.Equal(TimeSpan.FromSeconds(10), quotas.Charge(QuotaKind.Produce, "bob", null, 100));
        Assert.Equal(TimeSpan.Zero, quotas.Charge(QuotaKind.Produce, "carol", null, 100));
    }

    private ClientQuotas With(params (QuotaEntity Entity, double Rate)[] rates)
    {
        var quotas = rates.ToImmutableDictionary(
            r => r.Entity, r => ImmutableSortedDictionary<string, double>.Empty.Add(ClientQuotas.KeyOf(QuotaKind.Produce), r.Rate));
        return new ClientQuotas(() => quotas, _time);
    }
}
