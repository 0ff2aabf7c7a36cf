using CsCheck;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Transactions;
using Xunit;

namespace Pioneer.Tests.Embedded.Transactions;

public sealed class TransactionIsolationTests
{
    private const int Producers = 3;

    // what a producer does next: 0..3 write, 4 commit, 5 abort, 6 crash of the broker
    private static readonly Gen<(int Producer, int Action)[]> Histories = Gen.Select(Gen.Int[0, Producers - 1], Gen.Int[0, 6]).Array[1, 60];

    [Fact]
    public Task Committed_reader_sees_exactly_the_committed_transactions_below_the_oldest_open_one() =>
        Histories.SampleAsync(
            async history =>
            {
                await using var fixture = await TransactionFixture.OpenAsync();
                var identities = Enumerable.Range(0, Producers).Select(p => fixture.Transactions.InitProducerId($"p{p}", 60_000, -1, -1)).ToArray();
                var sequences = new int[Producers];
                var open = new bool[Producers];
                var model = new List<Written>();
                for (var step = 0; step < history.Length; step++)
                {
                    var (p, action) = history[step];
                    if (action == 6)
                    {
                        await fixture.CrashAsync();
                    }
                    else if (action < 4)
                    {
                        open[p] = true;
                        fixture.Transactions.AddPartitions($"p{p}", identities[p].ProducerId, identities[p].ProducerEpoch, [TransactionFixture.P0]);
                        var sent = fixture.Send($"p{p}", identities[p], TransactionFixture.P0, sequences[p]++, $"{p}:{step}");
                        Assert.Equal(ErrorCode.None, sent.Error);
                        model.Add(new Written(p, sent.BaseOffset, $"{p}:{step}"));
                    }
                    else if (open[p])
                    {
                        open[p] = false;
                        Assert.Equal(ErrorCode.None, End(fixture, p, identities[p], commit: action == 4));
                        model = [.. model.Select(w => w.Producer == p && w.Outcome is null ? w with { Outcome = action == 4 } : w)];
                    }

                    var stable = model.Where(w => w.Outcome is null).Select(w => w.Offset).DefaultIfEmpty(long.MaxValue).Min();
                    Assert.Equal(model.Where(w => w.Outcome == true && w.Offset < stable).Select(w => w.Value), fixture.Committed(TransactionFixture.P0));
                }
            },
            iter: 10, threads: 1);

    private static ErrorCode End(TransactionFixture fixture, int producer, ProducerIdentity identity, bool commit) =>
        fixture.Transactions.EndTransaction($"p{producer}", identity.ProducerId, identity.ProducerEpoch, commit);

    private sealed record Written(int Producer, long Offset, string Value, bool? Outcome = null);
}
