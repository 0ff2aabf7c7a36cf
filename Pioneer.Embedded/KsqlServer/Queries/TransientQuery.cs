using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Functions;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// A query whose rows go to the client that asked: a push query (rows as they come, until cancelled or LIMIT) or a pull query over a
/// stream (what its topic holds at the start). Reads with a consumer of its own and leaves nothing behind in the cluster.
/// </summary>
internal sealed class TransientQuery
{
    /// <summary>Rows held for a slow client before reading stops.</summary>
    private const int MaxWaitingRows = 1_000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private readonly DataSource _source;
    private readonly AnalyzedQuery _plan;
    private readonly KafkaClients _clients;
    private readonly FunctionServices _services;
    private readonly bool _fromEarliest;
    private readonly string _group;

    public TransientQuery(string id, string serviceId, DataSource source, AnalyzedQuery plan, bool fromEarliest, KafkaClients clients, FunctionServices services)
    {
        Id = id;
        _group = $"_confluent-ksql-{serviceId}transient_{id}";
        _source = source;
        _plan = plan;
        _clients = clients;
        _services = services;
        Faults = new QueryFaults(services.Time.GetUtcNow());
        _fromEarliest = fromEarliest || !plan.IsPush;
    }

    /// <summary>The id that the client may close it by.</summary>
    public string Id { get; }

    /// <summary>What it left out so far, and what it could not compute.</summary>
    public QueryFaults Faults { get; }

    /// <summary>Whether the query ended because LIMIT rows were given.</summary>
    public bool LimitReached { get; private set; }

    /// <summary>Runs the query. The first element is null: the query is positioned, so that nothing produced from here on is missed.</summary>
    public async IAsyncEnumerable<TransientRow?> RunAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var rows = Channel.CreateBounded<TransientRow?>(new BoundedChannelOptions(MaxWaitingRows) { SingleReader = true, SingleWriter = true });
        var reading = Task.Factory.StartNew(() => Read(rows.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var row in rows.Reader.ReadAllAsync(ct))
            {
                yield return row;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private void Read(ChannelWriter<TransientRow?> rows, CancellationToken stop)
    {
        try
        {
            using var consumer = _clients.Consumer(_group);
            ReadAll(consumer, rows, stop);
            rows.TryComplete();
        }
        catch (OperationCanceledException)
        {
            rows.TryComplete();
        }
        catch (Exception e)
        {
            // OutOfMemoryException too: let by, it would leave the client waiting for rows that never come.
            rows.TryComplete(e);
        }
    }

    private void ReadAll(IConsumer<byte[]?, byte[]?> consumer, ChannelWriter<TransientRow?> rows, CancellationToken stop)
    {
        var projector = new RecordProjector(_source, _plan, dropsTombstones: _source.Kind == RelationKind.Stream, _services);
        var open = Assign(consumer);
        Send(rows, null, stop);
        var left = _plan.Limit ?? long.MaxValue;
        LimitReached = left <= 0;
        while (left > 0 && !stop.IsCancellationRequested && (_plan.IsPush || open.Count > 0))
        {
            var result = consumer.Consume(PollInterval);
            if (result is null)
            {
                continue;
            }

            if (result.IsPartitionEOF)
            {
                open.Remove(result.Partition.Value);
            }
            else if ((_plan.IsPush || open.Contains(result.Partition.Value)) && Row(result, projector) is { } row)
            {
                Send(rows, row, stop);
                LimitReached = --left == 0;
            }
        }
    }

    /// <summary>Assigns all partitions at concrete offsets and gives those that have something to read.</summary>
    private HashSet<int> Assign(IConsumer<byte[]?, byte[]?> consumer)
    {
        List<int> partitions;
        using (var admin = new DependentAdminClientBuilder(consumer.Handle).Build())
        {
            var topic = admin.GetMetadata(_source.Topic, KafkaClients.CallTimeout).Topics.First();
            if (topic.Error.IsError)
            {
                throw new KafkaException(topic.Error);
            }

            partitions = [.. topic.Partitions.Select(p => p.PartitionId)];
        }

        var start = partitions.Select(p => new TopicPartitionOffset(_source.Topic, p, _fromEarliest ? Offset.Beginning : End(consumer, p))).ToList();
        consumer.Assign(start);
        return [.. partitions];
    }

    private Offset End(IConsumer<byte[]?, byte[]?> consumer, int partition) =>
        consumer.QueryWatermarkOffsets(new TopicPartition(_source.Topic, partition), KafkaClients.CallTimeout).High;

    private TransientRow? Row(ConsumeResult<byte[]?, byte[]?> result, RecordProjector projector)
    {
        var projected = ProjectOrSkip(result, projector);
        if (projected.SkipReason is { } reason)
        {
            Faults.Add([RecordFault.Of(result, reason)], [], _services.Time.GetUtcNow());
            return null;
        }

        if (projected.Row is not { } row)
        {
            return null;
        }

        if (projector.HasFailedValues)
        {
            Faults.Add([], [.. projector.FailedValues.Select(failed => RecordFault.Of(result, failed))], _services.Time.GetUtcNow());
        }

        return new TransientRow(row.Cells, row.IsTombstone, result.TopicPartitionOffset);
    }

    private static Projected ProjectOrSkip(ConsumeResult<byte[]?, byte[]?> result, RecordProjector projector)
    {
        try
        {
            return projector.Project(result);
        }
        catch (OutOfMemoryException)
        {
            return new Projected(null, RecordFault.TooLarge);
        }
    }

    private static void Send(ChannelWriter<TransientRow?> rows, TransientRow? row, CancellationToken stop)
    {
        while (!rows.TryWrite(row))
        {
            stop.ThrowIfCancellationRequested();
            stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5));
        }
    }
}

/// <summary>A row for a client; <paramref name="IsTombstone"/> marks a table's deletion.</summary>
/// <param name="From">The record that it was made of.</param>
internal sealed record TransientRow(object?[] Cells, bool IsTombstone, TopicPartitionOffset From);
