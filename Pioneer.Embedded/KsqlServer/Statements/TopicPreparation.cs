using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>Makes or checks the topic that a statement needs, before the statement counts.</summary>
internal static class TopicPreparation
{
    /// <summary>Makes the topic where it is missing and may be made; an existing one must have the wanted partitions.</summary>
    /// <exception cref="KsqlException">The topic is missing, or is another shape than wanted.</exception>
    public static async Task EnsureAsync(TopicAdmin topics, TopicWish wish)
    {
        var existing = await Task.Run(() => topics.Describe(wish.Name));
        if (existing is not null)
        {
            if (wish.Partitions is { } wanted && wanted != existing.Partitions)
            {
                throw KsqlException.BadRequest(
                    $"A Kafka topic with the name '{wish.Name}' already exists, with different partition/replica configuration than required. KSQL expects {wanted} partitions (topic has {existing.Partitions}), and {wish.Replicas ?? (short)existing.Replicas} replication factor (topic has {existing.Replicas}).");
            }

            return;
        }

        if (wish.MustExist)
        {
            throw KsqlException.BadRequest(
                $"Topic '{wish.Name}' does not exist. If you want to create a new topic for the stream/table please re-run the statement providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). For example: WITH (kafka_topic='{wish.Name}', partitions=2, replicas=1)");
        }

        var like = wish.LikeTopic is null ? null : await Task.Run(() => topics.Describe(wish.LikeTopic));
        var partitions = wish.Partitions ?? like?.Partitions
            ?? throw KsqlException.BadRequest($"Topic '{wish.LikeTopic}' does not exist, so that the partitions of '{wish.Name}' are not known.");
        var replicas = wish.Replicas ?? (like is null ? null : (short?)like.Replicas);
        await topics.CreateAsync(wish.Name, partitions, replicas, wish.Config);
    }
}
