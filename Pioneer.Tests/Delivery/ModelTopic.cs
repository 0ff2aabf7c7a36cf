using System.Collections.Immutable;
using System.Threading.Channels;
using Pioneer.Jobs.Delivery;

namespace Pioneer.Tests.Delivery;

/// <summary>A topic in memory that is read as one of Kafka is: each partition in its order, the partitions in none. It counts who reads it.</summary>
internal sealed class ModelTopic : ITopicFollower
{
    private readonly Lock _lock = new();
    private readonly List<string>[] _partitions;
    private readonly int[] _epochs;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _followers;

    public ModelTopic(int partitions) => (_partitions, _epochs) = ([.. Enumerable.Range(0, partitions).Select(_ => new List<string>())], new int[partitions]);

    /// <summary>Readers that follow the topic now.</summary>
    public int Followers => Volatile.Read(ref _followers);

    public string Id { get; private set; } = "a-b_cdefghijklmnopqrst";

    public OffsetVector Start => new(Enumerable.Range(0, _partitions.Length).ToImmutableSortedDictionary(p => p, _ => 0L), Id);

    public OffsetVector End
    {
        get
        {
            lock (_lock)
            {
                return new(Enumerable.Range(0, _partitions.Length).ToImmutableSortedDictionary(p => p, p => (long)_partitions[p].Count), Id);
            }
        }
    }

    public void Append(int partition, int count)
    {
        lock (_lock)
        {
            for (; count > 0; count--)
            {
                _partitions[partition].Add($"{partition}:{_partitions[partition].Count}");
            }

            var more = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
            more.SetResult();
        }
    }

    /// <summary>The topic is deleted and made anew: whoever reads it finds out.</summary>
    public void MakeAnew(string id)
    {
        lock (_lock)
        {
            Id = id;
            Array.ForEach(_partitions, partition => partition.Clear());
        }

        Append(0, 0);
    }

    public async Task FollowAsync(DeliveryPlace place, ChannelWriter<DeliveryEvent> writer, CancellationToken ct)
    {
        Interlocked.Increment(ref _followers);
        try
        {
            var position = place.Start;
            while (true)
            {
                var found = await PlaceAsync(position, ct);
                foreach (var gap in found.Gaps)
                {
                    await writer.WriteAsync(gap.ToEvent(found.Start, DateTimeOffset.UnixEpoch), ct);
                }

                position = found.Start;
                var (records, more) = Next(position);
                foreach (var (partition, offset, key) in records)
                {
                    position = position.After(partition, offset);
                    await writer.WriteAsync(new DeliveryEvent(DeliveryEventKind.Record, position, partition, offset, null, key, null, null), ct);
                }

                if (records.Count == 0)
                {
                    await more.WaitAsync(ct);
                }
            }
        }
        catch (OperationCanceledException)
        {
            writer.TryComplete();
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    public Task<DeliveryPlace> PlaceAsync(OffsetVector position, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var end = End;
        return Task.FromResult(position.TopicId == end.TopicId
            ? new DeliveryPlace(position, [], end.Next.Sum(place => place.Value - position.Next[place.Key]))
            : new DeliveryPlace(Start, [.. position.Next.Select(place => DeliveryGap.TopicMadeAnew(place.Key, place.Value))], end.Next.Sum(place => place.Value)));
    }

    // as a fetch answers: some of one partition, then some of the next
    private (List<(int Partition, long Offset, string Key)> Records, Task More) Next(OffsetVector position)
    {
        const int fetched = 50;
        lock (_lock)
        {
            return (
            [
                .. _partitions.SelectMany((records, partition) => records.Select((key, offset) => (partition, (long)offset, key))
                    .Skip((int)position.Next[partition]).Take(fetched)),
            ], position.TopicId == Id ? _more.Task : Task.CompletedTask);
        }
    }
}
