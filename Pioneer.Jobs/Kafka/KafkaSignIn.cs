using Confluent.Kafka;
using Pioneer.Kafka.Protocol;
using Pioneer.Kafka.Protocol.Client;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Tries a principal on the brokers. Metadata travels to each broker at its own pace, so 'created' is not yet 'works': a credential counts as
/// ready only when every broker lets it in, and a right only when every broker grants it. That takes a connection to each of them:
/// librdkafka's admin client asks whichever it likes, wherever it was told to begin.
/// </summary>
public sealed class KafkaSignIn(KafkaClients clients, KafkaAdmin admin, TimeProvider time)
{
    /// <summary>A broker that is busy, or has just started, takes up what was changed long after the others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    /// <summary>Metadata that makes no topic where it is told not to.</summary>
    private const short WithoutMaking = 4;

    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Returns when every broker accepts the principal and, with <paramref name="readableTopic"/>, lets it describe that topic (which may not
    /// exist: a broker hides topics that one has no right to, and says 'unknown' for those one has). Throws after a minute.
    /// </summary>
    public async Task WaitUntilReadyAsync(KafkaPrincipal principal, string? readableTopic, CancellationToken ct)
    {
        var brokers = await admin.DescribeClusterAsync(ct);
        await Task.WhenAll(brokers.Select(broker => WaitForBrokerAsync(principal, broker, readableTopic, ct)));
    }

    /// <summary>True when some broker accepts the principal now.</summary>
    public async Task<bool> IsAcceptedAsync(KafkaPrincipal principal, CancellationToken ct)
    {
        var brokers = BrokerEndpoint.ParseAll(clients.Options.BootstrapServers);
        var answers = await Task.WhenAll(brokers.Select(broker => TryAsync(principal, broker, null, ct)));
        return answers.Any(answer => answer.Accepted);
    }

    /// <summary>
    /// Whether those do not take the principal's credential who would have to serve it: a leader of the topic's partitions, or all brokers that answer where
    /// none has one. False where they cannot be asked: another node that refuses may just have started.
    /// </summary>
    public async Task<bool> IsRefusedAsync(KafkaPrincipal principal, string topic, CancellationToken ct)
    {
        try
        {
            var (isLed, brokers) = await admin.ServersOfAsync(topic, ct);
            var answers = await Task.WhenAll(brokers.Select(broker => TryAsync(principal, broker, null, ct)));
            return answers.Any(answer => answer.Refused) && (isLed || !answers.Any(answer => answer.Accepted));
        }
        catch (IOException unseen) when (unseen is KafkaUnavailableException or KafkaRequestException or KafkaSignInRefusedException)
        {
            return false;
        }
    }

    private async Task WaitForBrokerAsync(KafkaPrincipal principal, KafkaBroker broker, string? topic, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var (accepted, _, reason) = await TryAsync(principal, new BrokerEndpoint(broker.Host, broker.Port), topic, ct);
            if (accepted)
            {
                return;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                throw new KafkaSignInRefusedException(principal.Username, $"{reason} (broker {broker.Id} at {broker.Host}:{broker.Port})");
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private async Task<(bool Accepted, bool Refused, string Reason)> TryAsync(KafkaPrincipal principal, BrokerEndpoint broker, string? topic, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(OneTry, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            using var connection = await BrokerClient.OpenAsync(broker, clients.Options.For(principal), either.Token);
            var error = topic is null ? ErrorCode.NoError : await LookUpAsync(connection, topic, either.Token);
            return (error is ErrorCode.NoError or ErrorCode.UnknownTopicOrPart or ErrorCode.LeaderNotAvailable, false, error.GetReason());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (false, false, $"no answer within {OneTry.TotalSeconds:0} s");
        }
        catch (KafkaSignInRefusedException refusal)
        {
            return (false, true, refusal.Reason);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ProtocolException or UnsupportedRequestException)
        {
            return (false, false, failure.Message);
        }
    }

    /// <summary>The broker's own answer: whether it knows the topic, and whether it lets the signed-in principal describe it. Makes none.</summary>
    private static async Task<ErrorCode> LookUpAsync(BrokerConnection connection, string topic, CancellationToken ct)
    {
        var request = new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false };
        var answer = await connection.SendAsync<MetadataResponse>(request, WithoutMaking, ct);
        return answer.Topics is [var only] ? (ErrorCode)only.ErrorCode : throw new InvalidDataException($"the answer is not about {topic}");
    }
}
