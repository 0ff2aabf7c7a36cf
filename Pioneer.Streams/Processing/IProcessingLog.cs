namespace Pioneer.Streams.Processing;

/// <summary>Is told of what goes wrong with single records while a query goes on, as ksqlDB's processing log is.</summary>
public interface IProcessingLog
{
    /// <summary>A record, or a value computed of it, was left out.</summary>
    /// <param name="step">Where.</param>
    /// <param name="reason">Why.</param>
    void Failed(string step, string reason);
}
