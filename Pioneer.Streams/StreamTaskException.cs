namespace Pioneer.Streams;

/// <summary>A task can't go on; its query stops, as one of Kafka Streams does on an exception of a processor.</summary>
public sealed class StreamTaskException : Exception
{
    /// <summary>Without a message.</summary>
    public StreamTaskException()
    {
    }

    /// <summary>With a message.</summary>
    public StreamTaskException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what led to it.</summary>
    public StreamTaskException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
