namespace Pioneer.Streams.Processing;

/// <summary>Is told of what goes wrong with single records while a query goes on, as ksqlDB's processing log is.</summary>
public interface IProcessingLog
{
    /// <summary>A record was left out.</summary>
    /// <param name="step">Where.</param>
    /// <param name="reason">Why.</param>
    void Failed(string step, string reason);

    /// <summary>A value could not be computed; it is NULL, and the record goes on.</summary>
    /// <param name="step">Where.</param>
    /// <param name="reason">Why.</param>
    void FailedValue(string step, string reason);
}
