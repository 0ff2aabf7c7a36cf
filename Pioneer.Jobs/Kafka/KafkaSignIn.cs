using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Pioneer.Jobs.Kafka;

/// <summary>
/// Tries a principal on the brokers. Metadata travels to each broker at its own pace, so 'created' is not yet 'works': a credential counts as
/// ready only when every broker lets it in, and a right only when every broker grants it.
/// </summary>
public sealed class KafkaSignIn(KafkaClients clients, KafkaAdmin admin, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Returns when every broker accepts the principal and, with <paramref name="readableTopic"/>, lets it describe that topic (which may not
    /// exist: a broker hides topics that one has no right to, and says 'unknown' for those one has). Throws after ten seconds.
    /// </summary>
    public async Task WaitUntilReadyAsync(KafkaPrincipal principal, string? readableTopic, CancellationToken ct)
    {
        var brokers = await admin.DescribeClusterAsync(ct);
        await Task.WhenAll(brokers.Select(broker => WaitForBrokerAsync(principal, broker, readableTopic, ct)));
    }

    /// <summary>True when some broker accepts the principal now.</summary>
    public async Task<bool> IsAcceptedAsync(KafkaPrincipal principal, CancellationToken ct)
    {
        var (accepted, _) = await TryAsync(principal, clients.Options.BootstrapServers, null, ct);
        return accepted;
    }

    private async Task WaitForBrokerAsync(KafkaPrincipal principal, KafkaBroker broker, string? topic, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var (accepted, reason) = await TryAsync(principal, $"{broker.Host}:{broker.Port}", topic, ct);
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

    private async Task<(bool Accepted, string Reason)> TryAsync(KafkaPrincipal principal, string bootstrap, string? topic, CancellationToken ct)
    {
        var refusal = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = clients.Admin(principal, bootstrap, error =>
        {
            if (error.Code is ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed)
            {
                refusal.TrySetResult(error.Reason);
            }
        });
        var probe = ProbeAsync(client, topic);
        var first = await Task.WhenAny(probe, refusal.Task).WaitAsync(ct);
        if (first == refusal.Task)
        {
            return (false, await refusal.Task);
        }

        return await probe;
    }

    private static async Task<(bool Accepted, string Reason)> ProbeAsync(IAdminClient client, string? topic)
    {
        try
        {
            if (topic is null)
            {
                await client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = OneTry });
            }
            else
            {
                await client.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = OneTry });
            }

            return (true, "");
        }
        catch (DescribeTopicsException answer) when (answer.Results.TopicDescriptions.TrueForAll(
            description => !description.Error.IsError || description.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return (true, "");
        }
        catch (KafkaException failure)
        {
            return (false, failure.Error.Reason);
        }
    }
}
