using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;

namespace Pioneer.Jobs.Delivery;

/// <summary>
/// Reads delivery topics for pages and server-sent events, as the tenant's own <c>slug.portal</c> principal: the brokers refuse what the tenant
/// may not see, whatever the portal believes. Read committed, live, from any place.
/// </summary>
public sealed class DeliveryReader(KafkaAdmin kafka, SharedTopics topics, PlatformSecrets secrets, TimeProvider time)
{
    /// <summary>How long nothing may come before a heartbeat is sent.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Checks that the topic can be read and where from; the stream then lives until its reader is cancelled.</summary>
    public async Task<Result<DeliveryStream>> OpenAsync(TenantSlug tenant, string subscription, DeliveryStart start, CancellationToken ct)
    {
        var topic = TopicNames.Delivery(tenant, subscription);
        try
        {
            var principal = await secrets.OpenPortalAsync(tenant, ct);
            var place = start.In(await kafka.LogAsync(topic, start.Epochs, ct));
            return new DeliveryStream(topics, topic, principal, place, time);
        }
        catch (KafkaRequestException missing) when (missing.Code == Confluent.Kafka.ErrorCode.UnknownTopicOrPart)
        {
            return new Error("DeliveryTopicMissing", $"The delivery topic '{topic}' does not exist yet.",
                "Wait until the subscription is deployed; its page shows the progress.") { Kind = ErrorKind.NotFound };
        }
        catch (Exception failure) when (PlatformErrors.Covers(failure))
        {
            return PlatformErrors.From(failure);
        }
    }
}
