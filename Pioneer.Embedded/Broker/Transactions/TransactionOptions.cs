namespace Pioneer.Embedded.Broker.Transactions;

/// <summary>Limits and times of transactions.</summary>
public sealed record TransactionOptions
{
    /// <summary>transaction.max.timeout.ms.</summary>
    public int MaxTimeoutMs { get; init; } = 900_000;

    /// <summary>transaction.abort.timed.out.transaction.cleanup.interval.ms is 10 s; here timed-out ones are looked for more often.</summary>
    public TimeSpan TimeoutCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>transactional.id.expiration.ms.</summary>
    public TimeSpan TransactionalIdExpiration { get; init; } = TimeSpan.FromDays(7);
}
