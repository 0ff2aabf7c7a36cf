using System.Reflection;
using Pioneer.Kafka.Protocol;
using Xunit;

namespace Pioneer.Tests.KafkaProtocol;

public sealed class MessageCodecTests
{
    public static TheoryData<string> Messages { get; } = new(MessageTypes().Select(type => type.Name));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_is_read_back_as_it_was_written_in_every_version(string name)
    {
        var type = MessageTypes().Single(t => t.Name == name);
        var range = RangeOf(type);
        for (var version = range.First; version <= range.Last; version++)
        {
            var message = (IMessage)MessageFiller.Fill(type, new Random(version));
            var bytes = WriteWhatFits(message, version);
            var copy = Read(type, bytes, version, out var unread);
            Assert.Equal(0, unread);
            Assert.Equal(bytes, Write(copy, version));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_cut_short_or_damaged_is_refused_with_a_protocol_error_and_nothing_else(string name)
    {
        var type = MessageTypes().Single(t => t.Name == name);
        var range = RangeOf(type);
        var random = new Random(17);
        for (var version = range.First; version <= range.Last; version++)
        {
            var bytes = WriteWhatFits((IMessage)MessageFiller.Fill(type, random), version);
            for (var i = 0; i < 50; i++)
            {
                var damaged = bytes.AsSpan(0, random.Next(bytes.Length)).ToArray();
                if (damaged.Length > 0)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                var error = Record.Exception(() => Read(type, damaged, version, out _));
                Assert.True(error is null or ProtocolException, $"{name} v{version}: {error}");
            }
        }
    }

    [Fact]
    public void Unknown_tagged_fields_are_passed_over()
    {
        using var writer = new ProtocolWriter { Flexible = true };
        writer.WriteString("client");
        writer.WriteString("1.0");
        writer.WriteUnsignedVarint(1);
        writer.WriteUnsignedVarint(4711);
        writer.WriteUnsignedVarint(3);
        writer.WriteRaw([1, 2, 3]);
        var reader = new ProtocolReader(writer.Written);

        var request = ApiVersionsRequest.Read(ref reader, 3);

        Assert.Equal("client", request.ClientSoftwareName);
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void Array_length_beyond_the_frame_is_refused_before_memory_is_taken()
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt32(int.MaxValue);

        Assert.Throws<ProtocolException>(() => Read(typeof(DeleteGroupsRequest), writer.Written.ToArray(), 0, out _));
    }

    [Fact]
    public void Value_that_a_version_cannot_carry_is_an_error_and_not_lost()
    {
        var request = new ListGroupsRequest { StatesFilter = ["Stable"] };

        var error = Assert.Throws<ProtocolException>(() => Write(request, 3));

        Assert.Contains("StatesFilter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_response_version_12_has_the_bytes_that_Kafka_writes()
    {
        var response = new FetchResponse
        {
            ThrottleTimeMs = 7,
            Responses =
            [
                new()
                {
                    Topic = "t",
                    Partitions = [new() { PartitionIndex = 1, HighWatermark = 5, LastStableOffset = 4, LogStartOffset = 2, Records = new byte[] { 9 } }],
                },
            ],
        };

        // throttle, error, session, topics+1, "t", partitions+1, index, error, high watermark, stable, start, aborted null, replica -1, records+1, tags x3
        Assert.Equal(
            "00000007" + "0000" + "00000000" + "02" + "0274" + "02" + "00000001" + "0000" + "0000000000000005" + "0000000000000004"
            + "0000000000000002" + "01" + "FFFFFFFF" + "0209" + "00" + "00" + "00",
            Convert.ToHexString(Write(response, 12)));
    }

    [Fact]
    public void Tagged_structure_carries_its_size_in_front()
    {
        var response = new FetchResponse
        {
            Responses = [new() { Partitions = [new() { CurrentLeader = new() { LeaderId = 3, LeaderEpoch = 4 }, Records = ReadOnlyMemory<byte>.Empty }] }],
        };

        Assert.Contains("0101090000000300000004" + "00", Convert.ToHexString(Write(response, 12)), StringComparison.Ordinal);
    }

    private static IEnumerable<Type> MessageTypes() =>
        typeof(IMessage).Assembly.GetTypes().Where(t => t is { IsClass: true, IsNested: false } && typeof(IMessage).IsAssignableFrom(t)).OrderBy(t => t.Name, StringComparer.Ordinal);

    private static ApiVersionRange RangeOf(Type type) =>
        ApiCatalogue.Find((short)(ApiKey)type.GetProperty("ApiKey", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!)!;

    private static byte[] WriteWhatFits(IMessage message, short version)
    {
        while (true)
        {
            try
            {
                return Write(message, version);
            }
            catch (ProtocolException e) when (e.Message.Contains("cannot carry", StringComparison.Ordinal))
            {
                MessageFiller.Reset(message, e.Message.Split(' ')[^1]);
            }
        }
    }

    private static byte[] Write(IMessage message, short version)
    {
        using var writer = new ProtocolWriter();
        message.Write(writer, version);
        return writer.Written.ToArray();
    }

    private delegate IMessage Reading(ReadOnlyMemory<byte> bytes, short version, out int unread);

    private static IMessage Read(Type type, byte[] bytes, short version, out int unread) =>
        typeof(MessageCodecTests).GetMethod(nameof(ReadMessage), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Reading>()(bytes, version, out unread);

    private static IMessage ReadMessage<T>(ReadOnlyMemory<byte> bytes, short version, out int unread)
        where T : IMessage<T>
    {
        var reader = new ProtocolReader(bytes);
        var message = T.Read(ref reader, version);
        unread = reader.Remaining;
        return message;
    }
}
