using Confluent.Kafka;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Topics;

/// <summary>
/// From when the next records of a group are: the first record at each position is fetched as the tenant's own principal, and only its time is kept. For a few partitions and
/// a short time only; what does not come is not known.
/// </summary>
public sealed class UnreadAges(KafkaClients clients, PlatformSecrets secrets, TimeProvider time)
{
    private const int MostPartitions = 100;
    private const int SmallFetchBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Times of the records at the places given, as far as they came.</summary>
    internal async Task<IReadOnlyDictionary<TopicPartition, DateTimeOffset>> TryReadAsync(
        TenantSlug tenant, IReadOnlyCollection<TopicPartitionOffset> places, CancellationToken cancellationToken)
    {
        if (places.Count == 0)
        {
            return new Dictionary<TopicPartition, DateTimeOffset>();
        }

        try
        {
            var principal = await secrets.OpenPortalAsync(tenant, cancellationToken);
            return await Task.Factory.StartNew(
                () => Read(principal, [.. places.Take(MostPartitions)], cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (SecretMissingException)
        {
            return new Dictionary<TopicPartition, DateTimeOffset>();
        }
    }

    private Dictionary<TopicPartition, DateTimeOffset> Read(KafkaPrincipal principal, List<TopicPartitionOffset> places, CancellationToken cancellationToken)
    {
        var found = new Dictionary<TopicPartition, DateTimeOffset>();
        var ended = new HashSet<TopicPartition>();
        using var consumer = clients.Consumer(principal, groupId: null, config => (config.QueuedMinMessages, config.MaxPartitionFetchBytes) = (1, SmallFetchBytes));
        consumer.Assign(places);
        for (var started = time.GetTimestamp(); found.Count + ended.Count < places.Count && time.GetElapsedTime(started) < Patience && !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                if (consumer.Consume(PollTime) is not { } read || found.ContainsKey(read.TopicPartition))
                {
                    continue;
                }

                if (read.IsPartitionEOF || read.Message.Timestamp.Type is TimestampType.NotAvailable)
                {
                    ended.Add(read.TopicPartition);
                }
                else
                {
                    found[read.TopicPartition] = DateTimeOffset.FromUnixTimeMilliseconds(read.Message.Timestamp.UnixTimestampMs);
                }

                consumer.Pause([read.TopicPartition]);
            }
            catch (ConsumeException refused) when (refused.ConsumerRecord?.TopicPartition is { } partition && partition.Partition != Partition.Any)
            {
                ended.Add(partition);
            }
            catch (KafkaException)
            {
                // brokers that are away are waited for as long as the patience lasts
            }
        }

        return found;
    }
}
