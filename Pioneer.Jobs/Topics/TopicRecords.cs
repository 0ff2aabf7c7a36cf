using System.Collections.Immutable;
using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Domain.Topics;
using Pioneer.Jobs.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.Provisioning;
using Error = Pioneer.Domain.Error;

namespace Pioneer.Jobs.Topics;

/// <summary>
/// Reads records of a tenant's topics for people and programs, as the tenant's own <c>slug.portal</c> principal: the brokers refuse what the tenant may not see,
/// whatever the portal believes. Committed records only. Who reads stands in the audit log.
/// </summary>
public sealed class TopicRecords(
    TopicUses uses, RecordReadings readings, KafkaAdmin kafka, KafkaClients clients, PlatformSecrets secrets, TimeProvider time)
{
    /// <summary>One reading of bounded size and time. Cancelled while it reads it gives what it has found by then.</summary>
    /// <param name="progress">Told about twice a second from a thread of its own; may be null.</param>
    public async Task<Result<RecordPage>> ReadAsync(
        Actor actor, string slug, string topic, RecordRequest request, Action<ReadingProgress>? progress, CancellationToken cancellationToken)
    {
        var allowed = await uses.FindAsync(actor, slug, cancellationToken);
        if (allowed.IsFailure)
        {
            return allowed.Error;
        }

        var tenant = allowed.Value.Tenant;
        if (!TenantTopics.IsOf(tenant, topic))
        {
            return TenantTopics.NotFound(topic);
        }

        try
        {
            var looks = await kafka.LookAtTopicsAsync([topic], withConfig: false, cancellationToken);
            if (looks.Topics is not [var look])
            {
                return looks.Unseen is [var why, ..] ? TenantTopics.Unseen(topic, why) : TenantTopics.NotFound(topic);
            }

            var start = await PlacesAsync(look, request, cancellationToken);
            if (start.IsFailure)
            {
                return start.Error;
            }

            var begun = await readings.BeginTopicAsync(actor, slug, topic, cancellationToken);
            if (begun.IsFailure)
            {
                return begun.Error;
            }

            using var place = begun.Value;
            var principal = await secrets.OpenPortalAsync(tenant, cancellationToken);
            return await Task.Factory.StartNew(
                () => Read(look, request, start.Value, principal, progress ?? (_ => { }), cancellationToken), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (KafkaReadRefusedException refused)
        {
            return new Error("RecordsRefused", refused.Message,
                "Look whether the tenant is suspended; otherwise reconcile it: its plan gives the portal the right to read the tenant's topics.");
        }
        catch (Exception failure) when (DeliveryFailures.Explain(failure) is { } reason)
        {
            return reason;
        }
    }

    private RecordPage Read(
        TopicLook look, RecordRequest request, RecordStart start, KafkaPrincipal principal, Action<ReadingProgress> progress, CancellationToken cancellationToken)
    {
        Exception? refusal = null;
        using var consumer = clients.Consumer(principal, groupId: null, onError: error =>
        {
            if (KafkaAdmin.IsRefusedSignIn(error) || error.IsFatal)
            {
                refusal = new KafkaSignInRefusedException(principal.Username, error.Reason);
            }
        });
        var budget = new ScanBudget(time);
        var scan = new RecordScan(
            consumer, look.Name, budget, request.Key is { Length: > 0 } key ? RecordKeys.Fits(key) : _ => true, progress, time, () => refusal);
        var log = look.Partitions.Where(partition => partition is { Start: not null, End: not null } && (request.Partition ?? partition.Partition) == partition.Partition)
            .ToDictionary(partition => partition.Partition, partition => (partition.Start!.Value, partition.End!.Value));
        var reading = new RecordReading(look.TopicId, log, scan, PageSize.Clamp(request.Limit), request.Key is { Length: > 0 }, principal.Username);
        var (records, next, end, looked) = start.IsForwards ? reading.Forwards(start.Places, cancellationToken) : reading.Backwards(start.Places, cancellationToken);
        return new RecordPage(
            [.. records.Select(RecordKeys.Record)], start.IsForwards, budget.Looked, [.. looked.OrderBy(part => part.Partition)], end, next,
            [
                .. start.Notes,
                .. look.Partitions.Where(partition => partition.Unread is not null)
                    .Select(partition => $"Partition {partition.Partition} was not looked at: {partition.Unread}."),
            ],
            time.GetUtcNow());
    }

    private async Task<Result<RecordStart>> PlacesAsync(TopicLook look, RecordRequest request, CancellationToken cancellationToken)
    {
        if (request.Partition is { } asked && look.Partitions.All(partition => partition.Partition != asked))
        {
            return Error.Invalid("PartitionUnknown", "partition", $"Topic '{look.Name}' has no partition {asked}.", $"It has {look.Partitions.Length}, counted from 0.");
        }

        if (request.Cursor is { Length: > 0 })
        {
            return FromCursor(look, request.Cursor);
        }

        if (request.Offset is { } offset)
        {
            return FromOffset(look, request.Partition, offset);
        }

        if (request.From is { } from)
        {
            var places = await kafka.OffsetsAtAsync(look.Name, [.. look.Partitions.Select(partition => partition.Partition)], from, cancellationToken);
            return new RecordStart(true, places.ToDictionary(place => place.Key, place => place.Value is { } at and >= 0 ? at : long.MaxValue), []);
        }

        return new RecordStart(false, ImmutableDictionary<int, long>.Empty, []);
    }

    private static Result<RecordStart> FromOffset(TopicLook look, int? asked, long offset)
    {
        if (asked is null && look.Partitions.Length > 1)
        {
            return Error.Invalid("PartitionMissing", "partition", "An offset is a place in one partition.", "Say which partition is meant.");
        }

        var partition = look.Partitions.First(partition => partition.Partition == (asked ?? partition.Partition));
        var note = partition switch
        {
            { Start: { } start } when offset < start => $"Offset {offset:N0} is gone: partition {partition.Partition} begins at {start:N0}.",
            { End: { } end } when offset >= end => $"Offset {offset:N0} is not written yet: partition {partition.Partition} ends before {end:N0}.",
            _ => null,
        };
        return new RecordStart(true, new Dictionary<int, long> { [partition.Partition] = offset }, note is null ? [] : [note]);
    }

    private static Result<RecordStart> FromCursor(TopicLook look, string cursor) =>
        Domain.Cursor.Read(cursor) is ['>' or '<', ..] text && OffsetVector.TryParse(text[1..], out var vector)
            ? vector.IsOf(look.TopicId)
                ? new RecordStart(text[0] == '>', vector.Next, [])
                : Error.Invalid("CursorOfAnotherTopic", "cursor", $"Topic '{look.Name}' was deleted and made anew.", "Read again from the beginning.")
            : Error.Invalid("CursorMalformed", "cursor", "'cursor' is not a place in the topic.", "Send 'next' of the page before, or nothing.");

    private sealed record RecordStart(bool IsForwards, IReadOnlyDictionary<int, long> Places, ImmutableArray<string> Notes);
}
