using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Embedded.Ksql.Metastore;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Evaluation;
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
    private readonly ILogger _logger;
    private readonly bool _fromEarliest;
    private readonly string _group;

    public TransientQuery(string id, string serviceId, DataSource source, AnalyzedQuery plan, bool fromEarliest, KafkaClients clients, FunctionServices services, ILogger logger)
    {
        Id = id;
        _group = $"_confluent-ksql-{serviceId}transient_{id}";
        _source = source;
        _plan = plan;
        _clients = clients;
        _services = services;
        _logger = logger;
        _fromEarliest = fromEarliest || !plan.IsPush;
    }

    /// <summary>The id that the client may close it by.</summary>
    public string Id { get; }

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
        var reader = new RowReader(_source);
        var compiled = CompiledQuery.Compile(_plan, _services, _ => { });
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

            if (Row(result, reader, compiled) is { } row && (_plan.IsPush || open.Contains(result.Partition.Value)))
            {
                Send(rows, row, stop);
                LimitReached = --left == 0;
            }

            if (result.IsPartitionEOF)
            {
                open.Remove(result.Partition.Value);
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

    private TransientRow? Row(ConsumeResult<byte[]?, byte[]?> result, RowReader reader, CompiledQuery compiled)
    {
        if (result.IsPartitionEOF)
        {
            return null;
        }

        try
        {
            var row = reader.Read(result);
            if (row.IsTombstone && _source.Kind == RelationKind.Stream)
            {
                return null;
            }

            return compiled.Accepts(row.Cells) ? new TransientRow(compiled.Project(row.Cells), row.IsTombstone) : null;
        }
        catch (FormatException e)
        {
            KsqlServerLog.RecordSkipped(_logger, LogLevel.Debug, Id, result.Topic, result.Partition.Value, result.Offset.Value, e.Message);
            return null;
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
internal sealed record TransientRow(object?[] Cells, bool IsTombstone);
