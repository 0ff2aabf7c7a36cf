namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>Log messages of transactions, events 2170 to 2189.</summary>
internal static partial class TransactionLog
{
    [LoggerMessage(2170, LogLevel.Information, "Completing transaction of {TransactionalId} left in {State} by the last stop")]
    public static partial void Completing(ILogger logger, string transactionalId, TransactionState state);

    [LoggerMessage(2171, LogLevel.Warning, "Transaction of {TransactionalId} ran into its timeout of {TimeoutMs} ms and is aborted")]
    public static partial void TimedOut(ILogger logger, string transactionalId, int timeoutMs);

    [LoggerMessage(2172, LogLevel.Error, "Markers of {TransactionalId} are not all written ({Error}); tried again")]
    public static partial void MarkersFailed(ILogger logger, string transactionalId, ErrorCode error);

    [LoggerMessage(2173, LogLevel.Error, "No producer id can be reserved on disk")]
    public static partial void NoProducerId(ILogger logger, Exception exception);
}
