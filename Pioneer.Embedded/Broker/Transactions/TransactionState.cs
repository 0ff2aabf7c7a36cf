namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>States of a transactional id, numbered as Kafka stores them.</summary>
public enum TransactionState : byte
{
    Empty = 0,
    Ongoing = 1,
    PrepareCommit = 2,
    PrepareAbort = 3,
    CompleteCommit = 4,
    CompleteAbort = 5,
    Dead = 6,
}
