namespace Pioneer.Kafka.Protocol;

/// <summary>What stands before every request's body.</summary>
/// <param name="Key">The API's number, known or not.</param>
/// <param name="Version">The version of the body.</param>
/// <param name="CorrelationId">Given back in the response.</param>
/// <param name="ClientId">What the client calls itself.</param>
public readonly record struct RequestHeader(short Key, short Version, int CorrelationId, string? ClientId)
{
    /// <summary>
    /// Reads a header. The client id has a 16 bit length even in flexible headers, and whether tagged fields follow depends on the
    /// API's first flexible version; for an API or version nobody here knows they are not looked for.
    /// </summary>
    public static RequestHeader Read(ref ProtocolReader reader)
    {
        reader.Flexible = false;
        var header = new RequestHeader(reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32(), reader.ReadNullableString());
        if (ApiCatalogue.Find(header.Key) is { } range && range.Serves(header.Version) && header.Version >= range.FlexibleFrom)
        {
            reader.SkipTaggedFields();
        }

        return header;
    }

    /// <summary>Starts a request; the client id's length has 16 bits in flexible headers too.</summary>
    public void Write(ProtocolWriter writer)
    {
        writer.Flexible = false;
        writer.WriteInt16(Key);
        writer.WriteInt16(Version);
        writer.WriteInt32(CorrelationId);
        writer.WriteNullableString(ClientId);
        if (ApiCatalogue.Find(Key) is { } range && Version >= range.FlexibleFrom)
        {
            writer.WriteUnsignedVarint(0);
        }
    }

    /// <summary>Starts a response: correlation id, and tagged fields in flexible versions, except for ApiVersions, whose header never has them.</summary>
    public void WriteResponseHeader(ProtocolWriter writer)
    {
        writer.WriteInt32(CorrelationId);
        if (Key != (short)ApiKey.ApiVersions && ApiCatalogue.Find(Key) is { } range && Version >= range.FlexibleFrom)
        {
            writer.WriteUnsignedVarint(0);
        }
    }
}
