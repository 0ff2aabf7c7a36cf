using Confluent.Kafka;

namespace Pioneer.Embedded.Ksql.Kafka;

/// <summary>Bytes as they are, null staying null (the library's own byte array serialiser does so too, but says otherwise in its types).</summary>
internal sealed class NullableBytes : ISerializer<byte[]?>, IDeserializer<byte[]?>
{
    public static NullableBytes Instance { get; } = new();

    public byte[]? Serialize(byte[]? data, SerializationContext context) => data;

    public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
}
