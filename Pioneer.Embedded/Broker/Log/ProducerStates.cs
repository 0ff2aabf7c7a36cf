using System.Buffers.Binary;

namespace Pioneer.Embedded.Broker.Log;

/// <summary>A producer as a partition knows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSequence">The sequence of its last record; -1 where none is known.</param>
/// <param name="LastSeenMs">When the broker last took something of it.</param>
/// <param name="OpenFrom">Where its open transaction begins; -1 without one.</param>
internal readonly record struct ActiveProducer(long Id, short Epoch, int LastSequence, long LastSeenMs, long OpenFrom);

/// <summary>
/// What a partition knows of idempotent and transactional producers: epoch, the last five batches (to answer duplicates and find gaps)
/// and the first offset of an open transaction. Rebuilt from batches after a crash; guarded by the partition's lock.
/// </summary>
internal sealed class ProducerStates
{
    private const int RememberedBatches = 5;
    private const int SnapshotVersion = 1;

    private readonly Dictionary<long, Producer> _producers = [];
    private readonly SortedSet<(long FirstOffset, long ProducerId)> _open = [];

    /// <summary>First offset of the oldest open transaction; null when none is open.</summary>
    public long? FirstOpenOffset => _open.Count == 0 ? null : _open.Min.FirstOffset;

    public int Count => _producers.Count;

    /// <summary>Every producer that is known, by id.</summary>
    public IReadOnlyList<ActiveProducer> Active =>
    [
        .. _producers.OrderBy(p => p.Key)
            .Select(p => new ActiveProducer(p.Key, p.Value.Epoch, p.Value.Batches.Count == 0 ? -1 : p.Value.Batches[^1].LastSequence, p.Value.LastSeenMs, p.Value.OpenFrom)),
    ];

    public bool HasOpenTransaction(long producerId) => _producers.TryGetValue(producerId, out var p) && p.OpenFrom >= 0;

    /// <summary>True when the batch is the producer's newest: compaction keeps its header, so that sequences survive a rebuild.</summary>
    public bool IsNewestBatch(in BatchHeader header) =>
        _producers.TryGetValue(header.ProducerId, out var p) && p.Batches.Count > 0 && p.Batches[^1].LastOffset == header.LastOffset;

    /// <summary>Judges a client's batch before it is appended.</summary>
    /// <param name="header">The batch, not yet given an offset.</param>
    /// <param name="duplicateOf">Base offset of the same batch appended before; -1 when it is new.</param>
    /// <param name="message">What is wrong, in words.</param>
    public ErrorCode Check(in BatchHeader header, out long duplicateOf, out string? message)
    {
        duplicateOf = -1;
        message = null;
        if (!_producers.TryGetValue(header.ProducerId, out var known))
        {
            return ErrorCode.None;
        }

        if (header.ProducerEpoch < known.Epoch)
        {
            message = $"producer {header.ProducerId} has epoch {known.Epoch}, the batch epoch {header.ProducerEpoch}";
            return ErrorCode.InvalidProducerEpoch;
        }

        var (first, last) = (header.BaseSequence, header.LastSequence);
        if (header.ProducerEpoch > known.Epoch)
        {
            message = first == 0 ? null : $"the first batch of epoch {header.ProducerEpoch} has sequence {first}, expected 0";
            return first == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        }

        foreach (var batch in known.Batches)
        {
            if (batch.FirstSequence == first && batch.LastSequence == last)
            {
                duplicateOf = batch.BaseOffset;
                return ErrorCode.None;
            }
        }

        if (known.OpenFrom >= 0 && !header.IsTransactional)
        {
            message = $"producer {header.ProducerId} has an open transaction and sent a batch outside of it";
            return ErrorCode.InvalidTxnState;
        }

        var expected = known.Batches.Count == 0 ? 0 : Next(known.Batches[^1].LastSequence);
        if (first == expected)
        {
            return ErrorCode.None;
        }

        message = $"producer {header.ProducerId} sent sequence {first}, expected {expected}";
        var old = known.Batches.Count == RememberedBatches && last < known.Batches[0].FirstSequence && known.Batches[0].FirstSequence <= expected;
        return old ? ErrorCode.DuplicateSequenceNumber : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Takes in a batch that is in the log (never a control batch).</summary>
    public void Apply(in BatchHeader header, long nowMs)
    {
        var producer = Take(header.ProducerId, header.ProducerEpoch);
        producer.LastSeenMs = nowMs;
        if (header.BaseSequence >= 0)
        {
            if (producer.Batches.Count == RememberedBatches)
            {
                producer.Batches.RemoveAt(0);
            }

            producer.Batches.Add(new Appended(header.BaseSequence, header.LastSequence, header.BaseOffset, header.LastOffset));
        }

        if (header.IsTransactional && producer.OpenFrom < 0)
        {
            producer.OpenFrom = header.BaseOffset;
            _open.Add((header.BaseOffset, header.ProducerId));
        }
    }

    /// <summary>Takes in a transaction marker; answers the span to remember when it is an abort of something.</summary>
    public AbortedSpan? End(in BatchHeader marker, bool commit, long nowMs)
    {
        var producer = Take(marker.ProducerId, marker.ProducerEpoch);
        producer.LastSeenMs = nowMs;
        var first = producer.OpenFrom;
        if (first < 0)
        {
            return null;
        }

        _open.Remove((first, marker.ProducerId));
        producer.OpenFrom = -1;
        return commit ? null : new AbortedSpan(marker.ProducerId, first, marker.LastOffset);
    }

    /// <summary>Forgets producers without an open transaction that were last seen before the given time.</summary>
    public void Expire(long beforeMs)
    {
        foreach (var id in _producers.Where(p => p.Value.OpenFrom < 0 && p.Value.LastSeenMs < beforeMs).Select(p => p.Key).ToList())
        {
            _producers.Remove(id);
        }
    }

    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(SnapshotVersion);
        writer.Write(_producers.Count);
        foreach (var (id, producer) in _producers)
        {
            writer.Write(id);
            writer.Write(producer.Epoch);
            writer.Write(producer.OpenFrom);
            writer.Write(producer.LastSeenMs);
            writer.Write(producer.Batches.Count);
            foreach (var batch in producer.Batches)
            {
                writer.Write(batch.FirstSequence);
                writer.Write(batch.LastSequence);
                writer.Write(batch.BaseOffset);
                writer.Write(batch.LastOffset);
            }
        }

        writer.Flush();
        var crc = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, BatchHeader.Crc32C(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Write(crc);
        return stream.ToArray();
    }

    /// <summary>Null when the bytes are no intact snapshot.</summary>
    public static ProducerStates? Load(byte[] bytes)
    {
        if (bytes.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4)) != BatchHeader.Crc32C(bytes.AsSpan(0, bytes.Length - 4)))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
        if (reader.ReadInt32() != SnapshotVersion)
        {
            return null;
        }

        var states = new ProducerStates();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var id = reader.ReadInt64();
            var producer = new Producer { Epoch = reader.ReadInt16(), OpenFrom = reader.ReadInt64(), LastSeenMs = reader.ReadInt64() };
            for (var batches = reader.ReadInt32(); batches > 0; batches--)
            {
                producer.Batches.Add(new Appended(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64()));
            }

            states._producers[id] = producer;
            if (producer.OpenFrom >= 0)
            {
                states._open.Add((producer.OpenFrom, id));
            }
        }

        return states;
    }

    private static int Next(int sequence) => sequence == int.MaxValue ? 0 : sequence + 1;

    private Producer Take(long id, short epoch)
    {
        if (!_producers.TryGetValue(id, out var producer))
        {
            _producers[id] = producer = new Producer { Epoch = epoch };
        }
        else if (producer.Epoch != epoch)
        {
            producer.Epoch = epoch;
            producer.Batches.Clear();
        }

        return producer;
    }

    private readonly record struct Appended(int FirstSequence, int LastSequence, long BaseOffset, long LastOffset);

    private sealed class Producer
    {
        public short Epoch { get; set; }
        public long OpenFrom { get; set; } = -1;
        public long LastSeenMs { get; set; }
        public List<Appended> Batches { get; } = new(RememberedBatches);
    }
}
