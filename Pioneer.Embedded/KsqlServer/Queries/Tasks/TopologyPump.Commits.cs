using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;
using Pioneer.Ksql.Analysis;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

// Where the query stands, and how it gets on from there.
internal sealed partial class TopologyPump
{
    /// <summary>
    /// Starts at the committed offsets, where they are places in these logs; where there are none, at the start or the end, and commits that at
    /// once. A query that ever ran has committed all partitions of then.
    /// </summary>
    private IReadOnlyCollection<string> Position()
    {
        var inputs = _inputs.Partitions;
        var committed = _consumer.Committed([.. inputs.Select(p => p.At)], KafkaClients.CallTimeout);
        var ranBefore = committed.Exists(o => o.Offset.Value >= 0 && !_inputs[o.TopicPartition].IsInternal);
        var found = _cuts.Check(committed.Where(o => _inputs[o.TopicPartition].IsInternal || !_beginning.IsOfAnother(o.TopicPartition)));
        var told = found.Values.Select(place => place.Cut?.Message).OfType<string>().ToList();
        foreach (var offset in committed)
        {
            var input = _inputs[offset.TopicPartition];
            var place = found.GetValueOrDefault(input.At);
            var back = place is null ? _beginning.WentBack.GetValueOrDefault(input.At) : null;
            told.AddRange(back is null ? [] : [back.Message]);
            var isAnew = !input.IsInternal && (back is not null || _beginning.IsOfAnother(input.At));
            var isKnown = offset.Offset.Value >= 0 && !isAnew;
            input.Next = place is not null ? place.Next : isKnown ? offset.Offset.Value : isAnew ? 0 : Initial(input, ranBefore);
            input.LeaderEpoch = input.ReadEpoch = place is not null ? place.LeaderEpoch : isKnown ? offset.LeaderEpoch : null;
            _committed[input.At] = isKnown && place?.Cut is null ? offset.Offset.Value : -1;
        }

        var anew = inputs.Where(p => _committed[p.At] < 0).ToArray();
        foreach (var place in _cuts.InEpochs(anew.Where(p => p.LeaderEpoch is null).Select(p => p.Reading), _beginning.Logs))
        {
            var input = _inputs[place.TopicPartition];
            input.LeaderEpoch = input.ReadEpoch = place.LeaderEpoch;
        }

        if (anew.Length > 0)
        {
            Settle(anew);
        }

        _source.StandsAt(inputs.Select(p => p.Place));
        var start = inputs.Select(p => new TopicPartitionOffset(p.At, p.Next)).ToList();
        _consumer.Assign(start);
        KsqlServerLog.QueryStarts(_logger, _query.Id, string.Join(", ", start.Select(p => $"{p.Topic}/{p.Partition.Value}@{p.Offset.Value}")));
        return told;
    }

    private long Initial(InputPartition input, bool ranBefore)
    {
        var watermarks = _consumer.QueryWatermarkOffsets(input.At, KafkaClients.CallTimeout);
        return input.IsInternal || ranBefore || IsFromEarliest(input.At.Topic) ? watermarks.Low.Value : watermarks.High.Value;
    }

    // As in ksqlDB a table is read from its start unless the query says otherwise: without its rows it would be another table.
    private bool IsFromEarliest(string topic)
    {
        var reset = _query.Properties.GetValueOrDefault("auto.offset.reset");
        return reset is null
            ? _query.Sources.Any(s => s.Topic == topic && s.Kind == RelationKind.Table)
            : string.Equals(reset, "earliest", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Commits what was done. Where brokers refuse a record of it, nothing of it stands, and the life ends: the stores are ahead.</summary>
    private void Settle(IReadOnlyCollection<InputPartition> moved)
    {
        try
        {
            _tasks.Flush(Keep);
            TopicPartitionOffset[] places = [.. moved.Select(p => p.Place)];
            _producer.Commit(places, _consumer.ConsumerGroupMetadata);
            _source.StandsAt(places);
        }
        catch (KafkaTxnRequiresAbortException refused) when (ResultProducer.IsAboutRecord(refused.Error.Code) && _processed > 0)
        {
            throw Refuse($"The brokers refuse the result: {new Error(refused.Error.Code).Reason}.", refused);
        }

        foreach (var partition in moved)
        {
            _committed[partition.At] = partition.Position;
        }

        _inputs.Committed();
        if (_processed > 0)
        {
            _refused.Committed(_skipped);
            _skipped.Clear();
        }

        _open.CommitTo(_faults, _time.GetUtcNow());
    }

    private void Keep(string topic, int partition, byte[] key, byte[]? value)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = value };
        if (_producer.Produce(new TopicPartition(topic, partition), message) is { } reason)
        {
            throw Refuse($"'{topic}', which keeps the state of the query, cannot take it. {reason}", null);
        }
    }

    private RefusedTransactionException Refuse(string reason, Exception? inner)
    {
        _refused.Refused(_processed, _current?.TopicPartitionOffset, reason);
        return new RefusedTransactionException(reason, inner);
    }

    /// <summary>Rows that went from part to part are not needed once they are taken.</summary>
    private void Purge()
    {
        TopicPartitionOffset[] done = [.. _inputs.Partitions.Where(p => p.IsInternal && _committed[p.At] > 0).Select(p => new TopicPartitionOffset(p.At, _committed[p.At]))];
        if (done.Length > 0)
        {
            _purge(done);
        }
    }
}
