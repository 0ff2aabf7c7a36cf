using Confluent.Kafka;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Tests.Jobs;

/// <summary>Topics that a test stands on, made for certain on whichever broker.</summary>
internal static class TestTopics
{
    /// <summary>
    /// Makes topics that do not exist and waits until the brokers tell of them. A busy controller may make a topic and answer too late: the next try
    /// hears that it exists, which is what was wanted.
    /// </summary>
    public static Task MakeAsync(this KafkaAdmin admin, IReadOnlyCollection<NewTopic> topics, CancellationToken ct)
    {
        var missing = topics;
        return UntilAsync("the topics are made", async () =>
        {
            var refused = (await admin.CreateTopicsAsync(missing, ct)).Where(error => error.Code != ErrorCode.TopicAlreadyExists).ToList();
            var counts = await admin.PartitionCountsAsync([.. topics.Select(topic => topic.Name)], ct);
            missing = [.. topics.Where(topic => counts.GetValueOrDefault(topic.Name) != topic.Partitions)];
            return [
                .. missing.Select(topic => $"{topic.Name} has {counts.GetValueOrDefault(topic.Name)} partitions of {topic.Partitions}"),
                .. refused.Select(error => $"{error.Item}: {error.Code}, {error.Reason}"),
            ];
        });
    }

    /// <summary>Makes topics anew: what another test, or an earlier life of theirs, left under the names goes first.</summary>
    public static async Task MakeAnewAsync(this KafkaAdmin admin, IReadOnlyCollection<NewTopic> topics, CancellationToken ct)
    {
        var names = topics.Select(topic => topic.Name).ToList();
        await UntilAsync("the topics of before are gone", async () =>
        {
            var left = await admin.PartitionCountsAsync(names, ct);
            if (left.Count > 0)
            {
                await admin.DeleteTopicsAsync([.. left.Keys], ct);
            }

            return [.. left.Keys];
        });
        await admin.MakeAsync(topics, ct);
    }

    /// <summary>Asks until nothing is in the way, and as well where the brokers do not answer.</summary>
    private static Task UntilAsync(string what, Func<Task<IReadOnlyList<string>>> inTheWay) => Wait.ForAsync(
        what,
        async () =>
        {
            try
            {
                return await inTheWay();
            }
            catch (KafkaUnavailableException unavailable)
            {
                return [unavailable.Message];
            }
        },
        left => left.Count == 0);

    /// <summary>A topic of one replica without settings of its own.</summary>
    public static NewTopic Plain(string name, int partitions = 1) => new(name, partitions, 1, new Dictionary<string, string>());
}
