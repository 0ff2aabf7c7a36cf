using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Jobs.Kafka;

/// <summary>The configuration of one topic: what counts for it, and what of that was set for it.</summary>
internal sealed record TopicConfig(IReadOnlyDictionary<string, string> All, IReadOnlyDictionary<string, string> Overrides);

/// <summary>Configurations of topics that could be read, and why others could not; topics that are not there are in neither.</summary>
internal sealed record TopicConfigReading(IReadOnlyDictionary<string, TopicConfig> Configs, IReadOnlyDictionary<string, (ErrorCode Error, string Reason)> Refused);

/// <summary>
/// Configurations of topics, by our own requests to any broker: librdkafka's admin client asks the controller that it has cached, and goes on asking a dead
/// one until its metadata is refreshed, minutes later. Safe to share between threads. Failures are those of <see cref="KafkaAdmin"/>.
/// </summary>
internal sealed class TopicConfigs(KafkaOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const string Action = "describe topic configurations";

    /// <summary>Topics named in one request: keeps the answer well under the broker's frame limit.</summary>
    private const int Chunk = 400;

    /// <summary>With the source of each value.</summary>
    private const short Lowest = 1;

    private readonly BrokerClient _anyBroker = BrokerClient.OfCluster(options, time, logger);

    /// <summary>Everything, or the named keys, of each topic.</summary>
    public async Task<TopicConfigReading> TryReadAsync(IReadOnlyCollection<string> topics, string[]? keys, CancellationToken ct)
    {
        var configs = new Dictionary<string, TopicConfig>(StringComparer.Ordinal);
        var refused = new Dictionary<string, (ErrorCode Error, string Reason)>(StringComparer.Ordinal);
        foreach (var chunk in topics.Chunk(Chunk))
        {
            var request = new DescribeConfigsRequest
            {
                Resources =
                [
                    .. chunk.Select(topic => new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = (sbyte)ResourceType.Topic, ResourceName = topic, ConfigurationKeys = keys,
                    }),
                ],
            };
            var answer = await _anyBroker.SendAsync<DescribeConfigsResponse>(Action, request, Lowest, ct);
            foreach (var topic in answer.Results)
            {
                switch ((ErrorCode)topic.ErrorCode)
                {
                    case ErrorCode.NoError:
                        configs[topic.ResourceName] = Config(topic);
                        break;
                    case ErrorCode.UnknownTopicOrPart:
                        break;
                    case var error:
                        refused[topic.ResourceName] = (error, topic.ErrorMessage is { Length: > 0 } words ? words : new Error(error).Reason);
                        break;
                }
            }
        }

        return new TopicConfigReading(configs, refused);
    }

    /// <summary>As the other; a topic that is refused fails the whole, since it must not look like one that is not there.</summary>
    public async Task<IReadOnlyDictionary<string, TopicConfig>> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        var read = await TryReadAsync(topics, null, ct);
        foreach (var (topic, (error, reason)) in read.Refused)
        {
            throw KafkaAdmin.Failure($"{Action} of {topic}", error, reason);
        }

        return read.Configs;
    }

    public void Dispose() => _anyBroker.Dispose();

    private static TopicConfig Config(DescribeConfigsResponse.DescribeConfigsResult topic) => new(
        topic.Configs.ToDictionary(entry => entry.Name, entry => entry.Value ?? "", StringComparer.Ordinal),
        topic.Configs.Where(entry => entry.ConfigSource == (sbyte)ConfigSource.DynamicTopicConfig)
            .ToDictionary(entry => entry.Name, entry => entry.Value ?? "", StringComparer.Ordinal));
}
