using System.Collections.Immutable;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Streams.Topologies;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>Makes or checks the topic that a statement needs, before the statement counts.</summary>
internal static class TopicPreparation
{
    private const int MaxTopicName = 249;

    /// <summary>
    /// Sources that are joined must have as many partitions. Only the cluster knows, and only now: what is in the command log is applied again whatever
    /// the topics have become.
    /// </summary>
    /// <exception cref="KsqlException">They have not.</exception>
    public static async Task CheckJoinAsync(TopicAdmin topics, QueryDefinition query, ParsedStatement statement)
    {
        var relations = await Task.Run(() => query.Sources.Select(s => s.Relation with { Partitions = topics.Describe(s.Topic)?.Partitions }).ToImmutableArray());
        var analysis = QueryAnalyzer.Analyze(
            query.Plan.Syntax, new Catalogue([.. relations.DistinctBy(r => r.Name)]), statement.Text, QueryUse.Persistent, query.Sink.Name, ServerAnalysis.Persistent);
        ParsedStatement.Refuse(analysis.Diagnostics, statement.Text);
    }

    /// <summary>The topics inside a query are named after it: a name that Kafka takes for none must not be met at its start only.</summary>
    /// <exception cref="KsqlException">One of them would be too long.</exception>
    public static void CheckInnerNames(QueryDefinition query, string serviceId, ParsedStatement statement)
    {
        var topology = Topology.Of(query.Plan, query.Sink.Relation, serviceId, query.Id);
        var names = topology.Parts.SelectMany(part => part.Internal.Select(t => t.Name).Concat(part.Stores.Select(topology.ChangelogOf)));
        if (names.FirstOrDefault(name => name.Length > MaxTopicName) is { } tooLong)
        {
            throw KsqlException.BadStatement(
                $"The query would keep its state in a topic named '{tooLong}', and Kafka takes at most {MaxTopicName} characters. Give {query.Sink.Name} a shorter name.",
                statement.Text);
        }
    }

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
