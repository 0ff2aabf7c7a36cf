using Pioneer.Jobs.Topics;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Topics;

/// <summary>The topics of a tenant as the brokers hold them, and their records.</summary>
internal static class TopicsApi
{
    public static void MapTopics(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/topics",
            async (string slug, [AsParameters] PageQuery page, TenantTopics topics, CurrentActor current, HttpContext http, CancellationToken ct) =>
                (await topics.ListAsync(current.Actor, slug, ct)).ToAnswer(list => page.AnswerPart(http, list.Topics, row => row)))
            .Answers<TopicRow[]>("Lists the tenant's topics by name; what brokers do not tell is null.");

        api.MapGet("/tenants/{slug}/topics/{topic}",
            async (string slug, string topic, TenantTopics topics, CurrentActor current, CancellationToken ct) =>
                (await topics.FindAsync(current.Actor, slug, topic, ct)).ToAnswer())
            .Answers<TopicDetail>("Gives a topic with its partitions, configuration, writers and readers.");

        api.MapGet("/tenants/{slug}/topics/{topic}/records",
            async (string slug, string topic, [AsParameters] RecordQuery query, TopicRecords records, CurrentActor current, CancellationToken ct) =>
                (await records.ReadAsync(current.Actor, slug, topic, query.ToRequest(), null, ct)).ToAnswer())
            .Answers<RecordPage>("Reads records: the newest, or from an offset or a time on; only those with a key, where one is given.");
    }
}

/// <summary>Which records are asked for.</summary>
/// <param name="Partition">One partition, or all.</param>
/// <param name="Offset">Where to begin in the partition; reading goes forwards.</param>
/// <param name="From">Where to begin by the records' time (ISO 8601); reading goes forwards.</param>
/// <param name="Key">Only records with this key, as text or as JSON.</param>
/// <param name="Limit">50 unless said otherwise, 200 at most.</param>
/// <param name="Cursor"><c>next</c> of the page before.</param>
internal sealed record RecordQuery(int? Partition, long? Offset, DateTimeOffset? From, string? Key, int? Limit, string? Cursor)
{
    public RecordRequest ToRequest() => new(Partition, Offset, From, Key, Limit, Cursor);
}
