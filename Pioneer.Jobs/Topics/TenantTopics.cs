using System.Collections.Immutable;
using System.Globalization;
using Confluent.Kafka;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Domain.Topics;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Error = Pioneer.Domain.Error;

namespace Pioneer.Jobs.Topics;

/// <summary>The topics under a tenant's names as the brokers hold them now. A topic of another tenant and one that is not there are 'not found' alike.</summary>
public sealed class TenantTopics(TopicUses uses, KafkaAdmin kafka, TimeProvider time)
{
    private const string NotNamed = "not observed";

    /// <summary>All topics of the tenant by name.</summary>
    public async Task<Result<TopicList>> ListAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        try
        {
            var names = await kafka.TopicNamesAsync(TopicNames.Prefix(allowed.Value.Tenant), cancellationToken);
            var looks = await kafka.LookAtTopicsAsync(names, withConfig: true, cancellationToken);
            return new TopicList([.. looks.Topics.Select(Row)], time.GetUtcNow(), [.. looks.Unseen.Concat(looks.Topics.SelectMany(Unread))]);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    /// <summary>One topic with its partitions, configuration, writers and readers.</summary>
    public async Task<Result<TopicDetail>> FindAsync(Actor actor, string slug, string topic, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        if (!IsOf(allowed.Value.Tenant, topic))
        {
            return NotFound(topic);
        }

        try
        {
            var looks = await kafka.LookAtTopicsAsync([topic], withConfig: true, cancellationToken);
            return looks.Topics is [var look]
                ? await DetailAsync(allowed.Value, look, looks.Unseen, cancellationToken)
                : looks.Unseen is [var why, ..] ? Unseen(topic, why) : NotFound(topic);
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }

    /// <summary>Whether the topic is under the tenant's names, be it there or not.</summary>
    internal static bool IsOf(TenantSlug tenant, string topic) => topic.StartsWith(TopicNames.Prefix(tenant), StringComparison.Ordinal);

    /// <summary>The same words for a topic of another tenant and for one that is not there.</summary>
    internal static Error NotFound(string topic) => Error.NotFound("Topic", topic);

    internal static Error Unseen(string topic, string why) =>
        new("TopicNotObserved", $"Topic '{topic}' is {NotNamed}: {why}", "Try again in a moment.") { Kind = ErrorKind.Unavailable };

    private async Task<TopicDetail> DetailAsync(TenantTopicUses known, TopicLook look, ImmutableArray<string> unseen, CancellationToken cancellationToken)
    {
        var groups = await kafka.TryListGroupsAsync(TopicNames.Prefix(known.Tenant), cancellationToken);
        var queries = known.Subscriptions.Where(subscription => subscription.Reads.Contains(look.Name)).ToList();
        var read = await kafka.TryReadGroupOffsetsAsync(
            [.. groups.Groups.Select(group => group.Name).Concat(queries.Select(query => query.ConsumerGroup))], cancellationToken);
        var readers = queries.Select(query => new TopicUser("subscription", query.Name, Lag(look, read, query.ConsumerGroup)))
            .Concat(groups.Groups.Where(group => read.Offsets.GetValueOrDefault(group.Name)?.Keys.Any(place => place.Topic == look.Name) is true)
                .Select(group => new TopicUser("group", group.Name, Lag(look, read, group.Name))));
        return new TopicDetail(
            Row(look), look.TopicId,
            [.. look.Partitions.Select(place => new PartitionRow(place.Partition, place.Leader, place.Replicas, place.InSync, place.Start, place.End, place.Bytes, place.Unread))],
            [.. Settings(look.Config)], [.. Writers(known, look.Name)], [.. readers], time.GetUtcNow(),
            [.. unseen, .. groups.Unseen, .. read.Unread.Select(group => $"The positions of {group.Key} are {NotNamed}: {group.Value.Reason}."), .. Unread(look)]);
    }

    private static IEnumerable<TopicUser> Writers(TenantTopicUses known, string topic)
    {
        var isSeed = TopicNames.Parse(topic)?.Kind is TopicKind.Seed;
        return known.Feeds.Where(feed => feed.Key == topic).Select(feed => new TopicUser("feed", feed.Value, null))
            .Concat(known.Subscriptions.Where(subscription => subscription.Writes == topic).Select(subscription => new TopicUser("subscription", subscription.Name, null)))
            .Concat(isSeed ? [new TopicUser("seed", TopicNames.Parse(topic)!.Name, null)] : []);
    }

    private static IEnumerable<TopicSetting> Settings(TopicConfig? config) =>
        config?.All.OrderByDescending(entry => config.Overrides.ContainsKey(entry.Key)).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new TopicSetting(entry.Key, entry.Value, config.Overrides.ContainsKey(entry.Key))) ?? [];

    /// <summary>What is between the positions of a reader and the ends; null where one of them is not known. What retention deleted unread is no lag.</summary>
    private static long? Lag(TopicLook look, GroupReading read, string group)
    {
        if (read.Offsets.GetValueOrDefault(group) is not { } positions)
        {
            return null;
        }

        var known = look.Partitions
            .Where(place => positions.ContainsKey(new TopicPartition(look.Name, place.Partition)))
            .Select(place => place.End - Math.Max(positions[new TopicPartition(look.Name, place.Partition)], place.Start ?? 0)).ToList();
        return known.Count == 0 || known.Contains(null) ? null : known.Sum(lag => Math.Max(lag!.Value, 0));
    }

    private static TopicRow Row(TopicLook look) => new(
        look.Name, TopicNames.Parse(look.Name)?.Kind, look.Partitions.Length,
        look.Partitions.Select(place => place.Replicas.Length).DefaultIfEmpty().Min(), look.Partitions.Select(place => place.InSync.Length).DefaultIfEmpty().Min(),
        Sum(look.Partitions.Select(place => place.End - place.Start)), Sum(look.Partitions.Select(place => place.Bytes)),
        look.Config?.All.GetValueOrDefault("cleanup.policy"),
        look.Config?.All.TryGetValue("retention.ms", out var kept) is true && long.TryParse(kept, CultureInfo.InvariantCulture, out var ms) ? ms : null);

    private static IEnumerable<string> Unread(TopicLook look) =>
        look.Partitions.Where(place => place.Unread is not null).Select(place => $"Partition {place.Partition} of {look.Name} is {NotNamed}: {place.Unread}.");

    // a sum over what was not told is none
    private static long? Sum(IEnumerable<long?> figures)
    {
        var all = figures.ToList();
        return all.Contains(null) ? null : all.Sum();
    }
}
