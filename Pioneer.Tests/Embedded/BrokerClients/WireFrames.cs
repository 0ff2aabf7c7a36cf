using System.Buffers.Binary;
using System.Net.Sockets;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>Requests and answers as bytes, for what no client library would send.</summary>
internal static class WireFrames
{
    public static byte[] Frame(ApiKey key, short version, Action<ProtocolWriter> body, int correlation = 1)
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt32(0);
        writer.WriteInt16((short)key);
        writer.WriteInt16(version);
        writer.WriteInt32(correlation);
        writer.WriteNullableString("test");
        if (ApiCatalogue.Find((short)key) is { } range && range.Serves(version) && version >= range.FlexibleFrom)
        {
            writer.WriteUnsignedVarint(0);
        }

        body(writer);
        writer.PatchInt32(0, writer.Length - 4);
        return writer.Written.ToArray();
    }

    public static T Parse<T>(byte[] body, short version)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(body);
        return T.Read(ref reader, version);
    }

    public static async Task<byte[]> ReadFrameAsync(Socket client, bool keepCorrelation = false)
    {
        var size = BinaryPrimitives.ReadInt32BigEndian(await ReadExactlyAsync(client, 4));
        var frame = await ReadExactlyAsync(client, size);
        return keepCorrelation || size < 4 ? frame : frame[4..];
    }

    public static async Task<byte[]> ReadExactlyAsync(Socket client, int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count)
        {
            var received = await client.ReceiveAsync(bytes.AsMemory(read), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, received);
            read += received;
        }

        return bytes;
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public static async Task<TResponse> AskAsync<TRequest, TResponse>(Socket client, TRequest request, short version)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
    {
        await client.SendAsync(Frame(TRequest.ApiKey, version, writer => request.Write(writer, version)),
            TestContext.Current.CancellationToken);
        var body = await ReadFrameAsync(client);
        // the header of a flexible answer ends with its own tagged fields
        return Parse<TResponse>(ApiCatalogue.Find((short)TRequest.ApiKey)!.FlexibleFrom <= version ? body[1..] : body, version);
    }
}
