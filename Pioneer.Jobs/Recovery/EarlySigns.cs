using System.Collections.Immutable;
using Confluent.Kafka;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Recovery;
using Pioneer.Jobs.Kafka;

namespace Pioneer.Jobs.Recovery;

/// <summary>
/// What cheap looks show to be wrong between two rounds of evidence: where that changes, the next round comes at once instead of at its time.
/// Judges nothing itself, so that what people are told has one origin. Topics are looked at every few seconds, by one request for all of them,
/// and where the logs begin of which a reader that stands still has something to read.
/// </summary>
public sealed partial class EarlySigns(KafkaAdmin admin, PlatformPicture picture, TimeProvider time, ILogger<EarlySigns> logger)
{
    private static readonly TimeSpan TopicsEvery = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Rounds in a minute from which on what flaps waits for the next one at its time: a round costs brokers and database something.</summary>
    private const int MostRounds = 10;

    private readonly Queue<DateTimeOffset> _judgedAt = new();
    private ImmutableHashSet<string> _seen = [];
    private ImmutableHashSet<string> _judged = [];
    private Task _topics = Task.CompletedTask;
    private ImmutableArray<string> _ofTopics = [];
    private DateTimeOffset _topicsDue;
    private ImmutableDictionary<string, TimeSpan> _limits = ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>Whether something is wrong, or no longer so, since the last round began.</summary>
    public bool AreNew => !_seen.SetEquals(_judged) && _judgedAt.Count(at => time.GetUtcNow() - at < Minute) < MostRounds;

    /// <summary>Takes a quick look in; looks come one after the other.</summary>
    public void Take(QuickLook look, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (_topics.IsCompleted && look.BrokersAnswer && now >= _topicsDue && picture.LastGood is { Cluster.Topics.Length: > 0 } known)
        {
            _topicsDue = now + TopicsEvery;
            _topics = LookAtTopicsAsync(known, ct);
        }

        _seen = [.. OfBrokers(look), .. OfConnectors(look, now), .. OfSources(now), .. _ofTopics];
    }

    /// <summary>Takes in how long feeds say that a query of theirs may take: what waits within that is no sign.</summary>
    public void Know(IEnumerable<WatchedTenant> tenants) => _limits =
        (from tenant in tenants
         from hop in tenant.Flow.Ingestions
         where hop.QueryLimit is not null
         select hop).ToImmutableDictionary(hop => hop.Connector, hop => hop.QueryLimit!.Value, StringComparer.Ordinal);

    /// <summary>A round begins, and judges what is known now.</summary>
    public void Judge()
    {
        _judged = _seen;
        _judgedAt.Enqueue(time.GetUtcNow());
        if (_judgedAt.Count > MostRounds)
        {
            _judgedAt.Dequeue();
        }
    }

    private static IEnumerable<string> OfBrokers(QuickLook look) =>
        look.Brokers.Reached < look.Brokers.Listed ? [$"{look.Brokers.Reached} of {look.Brokers.Listed} brokers"] : [];

    private IEnumerable<string> OfConnectors(QuickLook look, DateTimeOffset now)
    {
        if (look.Connectors is not { } all)
        {
            return ["no answer of Kafka Connect"];
        }

        // others may have connectors on the same Kafka Connect
        var connectors = all.Where(connector => TopicNames.Parse(connector.Name) is not null).ToList();

        var present = connectors.Select(connector => connector.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from connector in connectors
               where connector.State != "RUNNING" || connector.Tasks.Any(task => task.State != "RUNNING")
               select $"{connector.Name} is {connector.State}, {string.Join(' ', connector.Tasks.Select(task => task.State))}",
            .. from connector in connectors
               where connector.Progress is { WaitsSince: { } since } progress
                   && now - since >= FlowFindings.ToldAfter(_limits.TryGetValue(connector.Name, out var limit) ? limit : null, progress)
               select $"{connector.Name} waits",
            .. from connector in picture.Round?.Connectors ?? []
               where !present.Contains(connector.Name)
               select $"{connector.Name} is gone",
        ];
    }

    private IEnumerable<string> OfSources(DateTimeOffset now) =>
    [
        .. from source in picture.Sources ?? []
           where source.FailingSince is not null
           select $"{source.Subject} is {source.Last.Kind}",
        .. picture.Tables.Where(table => table.StandsAt(now)).Select(table => $"{table.Connector} stands"),
    ];

    private async Task LookAtTopicsAsync(EvidenceRound known, CancellationToken ct)
    {
        var cluster = known.Cluster!;
        var standing = (from @group in cluster.Groups
                        from committed in @group.Committed
                        where committed.UndeliveredSince is not null && committed.MovedAt < known.TakenAt
                        let partition = new TopicPartition(committed.Topic, committed.Partition)
                        select (Group: @group.Name, Partition: partition, committed.Offset)).ToList();
        try
        {
            var notServed = await admin.NotServedAsync([.. cluster.Topics.Select(topic => topic.Name)], ct);
            var asked = standing.Select(reader => reader.Partition).Distinct().ToList();
            var starts = asked.Count == 0 ? null : await admin.StartsAsync(asked, ct);
            _ofTopics =
            [
                .. notServed,
                .. standing.Where(reader => starts!.TryGetValue(reader.Partition, out var start) && start > reader.Offset)
                    .Select(reader => $"{reader.Group} was passed in {reader.Partition}"),
            ];
        }
        catch (Exception failure) when (!ct.IsCancellationRequested && failure is IOException or KafkaRequestException or InvalidOperationException)
        {
            // the round says what does not answer
            Log.NotLooked(logger, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 6013, Level = LogLevel.Debug, Message = "Topics were not looked at between two rounds: {Reason}")]
        public static partial void NotLooked(ILogger logger, string reason);
    }
}
