namespace Pioneer.Embedded.Broker.Log;

/// <summary>The topics that the coordinators keep their state in. Listed as internal in metadata; clients may not write to them.</summary>
public static class InternalTopics
{
    public const string ConsumerOffsets = "__consumer_offsets";
    public const string TransactionState = "__transaction_state";

    public static Guid ConsumerOffsetsId { get; } = new("6f666673-0000-4000-8000-000000000001");
    public static Guid TransactionStateId { get; } = new("74786e73-0000-4000-8000-000000000002");

    public static bool IsInternal(string topic) => topic is ConsumerOffsets or TransactionState;
}
