using System.Globalization;
using Confluent.Kafka;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries;

/// <summary>
/// Writes a query's results and the positions behind them in transactions. Says which refusals are about a single record: those must not hold the
/// others back. One thread.
/// </summary>
internal sealed class ResultProducer(string queryId, string group, KafkaClients clients, WatchedCall commit, ILogger logger) : IDisposable
{
    private const int MaxInitAttempts = 6;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private readonly IProducer<byte[]?, byte[]?> _producer = clients.Producer(group, group + "-0");
    private bool _isBroken;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>The brokers refused a record of the open transaction: it takes no more, and <see cref="Commit"/> says why.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>Whether brokers refuse with this what is in the record (its size, its time, its missing key), and take others.</summary>
    public static bool IsAboutRecord(ErrorCode code) =>
        code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.InvalidTimestamp;

    /// <summary>Coordinators that come back from a crash take long over what stood open, and a producer made anew has them begin anew.</summary>
    public void Init(CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _producer.InitTransactions(KafkaClients.CallTimeout);
                return;
            }
            catch (KafkaRetriableException slow) when (attempt < MaxInitAttempts && !stop.IsCancellationRequested)
            {
                clients.ThrowIfRefused();
                KsqlServerLog.ClientSays(logger, queryId, slow.Error.Reason);
            }
        }
    }

    /// <summary>Hands a result to the client.</summary>
    /// <param name="to">Its topic, and its partition; <see cref="Partition.Any"/> for the one of its key.</param>
    /// <param name="message">The result.</param>
    /// <param name="onArrival">Told, from another thread, where it arrived or why not; null for nobody.</param>
    /// <returns>Why the record can never be sent; null where it is on its way.</returns>
    public string? Produce(TopicPartition to, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>>? onArrival = null)
    {
        EnsureTransaction();
        while (true)
        {
            try
            {
                _producer.Produce(to, message, onArrival);
                return null;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(PollInterval);
            }
            catch (ProduceException<byte[]?, byte[]?> large) when (large.Error.Code == ErrorCode.MsgSizeTooLarge)
            {
                var bytes = (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0);
                return string.Create(CultureInfo.InvariantCulture, $"The result has {bytes:N0} bytes; a record may have {KafkaClients.MaxRecordBytes:N0} at most.");
            }
            catch (ProduceException<byte[]?, byte[]?> state) when (state.Error.Code == ErrorCode.Local_State)
            {
                // a record before this one was refused
                _isBroken = true;
                return null;
            }
        }
    }

    /// <summary>Commits results and positions together.</summary>
    /// <exception cref="KafkaTxnRequiresAbortException">It cannot be committed; its code says whether a record is to blame.</exception>
    public void Commit(IEnumerable<TopicPartitionOffset> offsets, IConsumerGroupMetadata consumer)
    {
        EnsureTransaction();

        // librdkafka does not keep this timeout, and after a crash of the group's coordinator it may never return (its issues 5456 and 5511)
        commit.Run(() => SendOffsets(offsets, consumer));
        _producer.CommitTransaction(KafkaClients.CallTimeout);
        InTransaction = false;
    }

    /// <summary>Ends the transaction; what was written in it nobody reads.</summary>
    public void Abort()
    {
        commit.Run(() => _producer.AbortTransaction(KafkaClients.CallTimeout));
        (InTransaction, _isBroken) = (false, false);
    }

    /// <summary>As <see cref="Abort"/>, where the life ends whether that succeeds or not. What was written comes again in the next one; until then readers of the output wait.</summary>
    public void Abandon()
    {
        try
        {
            Abort();
        }
        catch (KafkaException failure)
        {
            // the next life ends it by taking its transactional id
            KsqlServerLog.ClientSays(logger, queryId, failure.Error.Reason);
        }
    }

    public void Dispose() => _producer.Dispose();

    private void SendOffsets(IEnumerable<TopicPartitionOffset> offsets, IConsumerGroupMetadata consumer)
    {
        try
        {
            _producer.SendOffsetsToTransaction(offsets, consumer, KafkaClients.CallTimeout);
        }
        catch (KafkaException state) when (state.Error.Code == ErrorCode.Local_State)
        {
            // a record was refused meanwhile; the transaction cannot be committed any more, and says why when asked to
            _producer.CommitTransaction(KafkaClients.CallTimeout);
            throw;
        }
    }

    private void EnsureTransaction()
    {
        if (!InTransaction)
        {
            _producer.BeginTransaction();
            InTransaction = true;
        }
    }
}
