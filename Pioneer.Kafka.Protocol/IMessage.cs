namespace Pioneer.Kafka.Protocol;

/// <summary>The body of a request or response, without its header.</summary>
public interface IMessage
{
    /// <summary>Appends this message in the layout of a version; throws <see cref="ProtocolException"/> when it holds what the version cannot carry.</summary>
    void Write(ProtocolWriter writer, short version);
}

/// <summary>A message that can be read back.</summary>
public interface IMessage<TSelf> : IMessage
    where TSelf : IMessage<TSelf>
{
    /// <summary>The API it belongs to.</summary>
    static abstract ApiKey ApiKey { get; }

    /// <summary>Reads the message in the layout of a version; throws <see cref="ProtocolException"/> on malformed bytes.</summary>
    static abstract TSelf Read(ref ProtocolReader reader, short version);
}
