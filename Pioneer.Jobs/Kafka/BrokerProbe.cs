using System.Collections.Immutable;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>Which brokers answered a quick probe.</summary>
/// <param name="Reached">Brokers that answered.</param>
/// <param name="Listed">Brokers that are up as those that answered know it; 0 where nobody told.</param>
public sealed record BrokerLook(int Reached, int Listed)
{
    /// <summary>
    /// Whether the cluster can be worked with. Without a majority of its brokers, those that are left go on showing the picture from before, as nobody can
    /// change it, and take no write that is kept: that is no answer.
    /// </summary>
    public bool IsAnswering => Reached > 0 && Reached * 2 > Listed;
}

/// <summary>
/// Asks every broker for itself, on connections of its own: librdkafka's admin client goes on asking a broker that is gone until its own refresh minutes
/// later, and one lost broker of three would pass as a lost cluster. One look at a time. Never throws for brokers that do not answer.
/// </summary>
internal sealed class BrokerProbe(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly BrokerClients _clients = new(options, time, logger);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ImmutableArray<BrokerEndpoint> _listed = [];

    /// <summary>Looks once; whoever has not answered within the time given is not reached.</summary>
    public async Task<BrokerLook> LookAsync(TimeSpan timeout, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        using var late = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            var asked = _listed.IsEmpty ? Brokers(await AskAsync(BrokerEndpoint.ParseAll(options.BootstrapServers), limit.Token)) : _listed;
            var answers = await AskAsync(asked, limit.Token);
            _listed = Brokers(answers);
            var joined = await AskAsync([.. _listed.Except(asked)], limit.Token);
            ct.ThrowIfCancellationRequested();
            return _listed.IsEmpty
                ? new BrokerLook(0, asked.Length)
                : new BrokerLook(answers.Keys.Concat(joined.Keys).Count(broker => _listed.Contains(broker)), _listed.Length);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _clients.Dispose();
        _turn.Dispose();
    }

    /// <summary>As the one of them knows who knows most: a broker that has just come back may not know the others yet.</summary>
    private static ImmutableArray<BrokerEndpoint> Brokers(Dictionary<BrokerEndpoint, MetadataResponse> answers) =>
        answers.Values.MaxBy(answer => answer.Brokers.Count) is { } most ? [.. most.Brokers.Select(broker => new BrokerEndpoint(broker.Host, broker.Port))] : [];

    private async Task<Dictionary<BrokerEndpoint, MetadataResponse>> AskAsync(ImmutableArray<BrokerEndpoint> brokers, CancellationToken limit)
    {
        var answers = await Task.WhenAll(brokers.Distinct().Select(async broker => (broker, answer: await AskAsync(broker, limit))));
        return answers.Where(asked => asked.answer is not null).ToDictionary(asked => asked.broker, asked => asked.answer!);
    }

    private async Task<MetadataResponse?> AskAsync(BrokerEndpoint broker, CancellationToken limit)
    {
        try
        {
            return await _clients.Of(broker).SendAsync<MetadataResponse>("look at a broker", new MetadataRequest { Topics = [], AllowAutoTopicCreation = false }, 1, limit);
        }
        catch (Exception silent) when (silent is IOException or KafkaRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
