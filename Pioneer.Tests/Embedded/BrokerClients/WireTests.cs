using System.Buffers.Binary;
using System.Net.Sockets;
using Pioneer.Embedded.Broker;
using Pioneer.Embedded.Broker.Log;
using Pioneer.Kafka.Protocol;
using Xunit;
using static Pioneer.Tests.Embedded.BrokerClients.WireFrames;

namespace Pioneer.Tests.Embedded.BrokerClients;

/// <summary>Bytes on a socket: what no client library would send, and what each of them counts on.</summary>
public sealed class WireTests : IAsyncLifetime
{
    // Kafka's numbers of what has configs
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private BrokerHarness _broker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await BrokerHarness.StartAsync();

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Garbage_closes_its_own_connection_and_no_other()
    {
        using var bystander = await ConnectAsync(sasl: false);
        var random = new Random(4711);
        for (var i = 0; i < 60; i++)
        {
            using var client = await ConnectAsync(sasl: i % 2 == 0);
            var garbage = new byte[random.Next(4, 400)];
            random.NextBytes(garbage);
            if (i % 3 > 0)
            {
                BinaryPrimitives.WriteInt32BigEndian(garbage, garbage.Length - 4); // a frame that is complete, with nonsense inside
            }

            await client.SendAsync(garbage, Cancel);
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await ReadToEndAsync(client));
        }

        Assert.Equal(0, (await ApiVersionsAsync(bystander, 0)).ErrorCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(int.MaxValue)]
    public async Task Frame_of_impossible_size_closes_the_connection_at_once(int size)
    {
        using var client = await ConnectAsync(sasl: true);
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, size);
        await client.SendAsync(bytes, Cancel);

        Assert.Equal(0, await ReadToEndAsync(client));
    }

    [Fact]
    public async Task ApiVersions_of_an_unknown_version_is_answered_in_version_0_with_the_range()
    {
        using var client = await ConnectAsync(sasl: false);
        await client.SendAsync(Frame(ApiKey.ApiVersions, 99, w => w.WriteRaw([1, 2, 3])), Cancel);
        var answer = Parse<ApiVersionsResponse>(await ReadFrameAsync(client), 0);

        Assert.Equal((short)ErrorCode.UnsupportedVersion, answer.ErrorCode);
        var range = Assert.Single(answer.ApiKeys);
        Assert.Equal((18, 0, 4), (range.ApiKey, range.MinVersion, range.MaxVersion));
        Assert.Equal(0, (await ApiVersionsAsync(client, 4)).ErrorCode);
    }

    [Fact]
    public async Task ApiVersions_tells_exactly_what_is_served_and_produce_from_0()
    {
        using var client = await ConnectAsync(sasl: true);
        var answer = await ApiVersionsAsync(client, 3);

        Assert.Equal(ApiCatalogue.All.Select(r => (short)r.Key), answer.ApiKeys.Select(k => k.ApiKey));
        Assert.Equal((0, 11), (answer.ApiKeys[0].MinVersion, answer.ApiKeys[0].MaxVersion));
        Assert.Equal(["eligible.leader.replicas.version", "metadata.version"], answer.FinalizedFeatures.Select(f => f.Name));
        Assert.All(answer.SupportedFeatures, f => Assert.NotEqual(0, f.MinVersion));
    }

    [Fact]
    public async Task Request_before_authentication_closes_the_connection()
    {
        using var client = await ConnectAsync(sasl: true);
        await client.SendAsync(Frame(ApiKey.Metadata, 5, w => new MetadataRequest { Topics = null }.Write(w, 5)), Cancel);

        Assert.Equal(0, await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Unknown_mechanism_is_answered_with_those_there_are_and_closed()
    {
        using var client = await ConnectAsync(sasl: true);
        await client.SendAsync(Frame(ApiKey.SaslHandshake, 1, w => new SaslHandshakeRequest { Mechanism = "GSSAPI" }.Write(w, 1)), Cancel);
        var answer = Parse<SaslHandshakeResponse>(await ReadFrameAsync(client), 1);

        Assert.Equal((short)ErrorCode.UnsupportedSaslMechanism, answer.ErrorCode);
        Assert.Contains("SCRAM-SHA-512", answer.Mechanisms);
        Assert.Equal(0, await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Bare_tokens_after_the_old_handshake_sign_in_as_well()
    {
        using var client = await ConnectAsync(sasl: true);
        await client.SendAsync(Frame(ApiKey.SaslHandshake, 0, w => new SaslHandshakeRequest { Mechanism = "PLAIN" }.Write(w, 0)), Cancel);
        await ReadFrameAsync(client);
        var token = System.Text.Encoding.UTF8.GetBytes($"\0{BrokerHarness.SuperUser}\0{BrokerHarness.SuperPassword}");
        var frame = new byte[4 + token.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, token.Length);
        token.CopyTo(frame, 4);
        await client.SendAsync(frame, Cancel);
        Assert.Empty(await ReadFrameAsync(client));

        await client.SendAsync(Frame(ApiKey.Metadata, 5, w => new MetadataRequest { Topics = [] }.Write(w, 5)), Cancel);
        Assert.Equal(1, Assert.Single(Parse<MetadataResponse>(await ReadFrameAsync(client), 5).Brokers).NodeId);
    }

    /// <summary>Java's client asks by id with an empty name, others without one.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("another")]
    public async Task Topic_is_described_by_its_id_whatever_stands_for_its_name(string? name)
    {
        await _broker.CreateTopicAsync("t", 3);
        await _broker.AllowAsync("ANONYMOUS", Confluent.Kafka.Admin.ResourceType.Topic, "t", Confluent.Kafka.Admin.AclOperation.Describe);
        using var client = await ConnectAsync(sasl: false);
        var byName = Assert.Single((await AskAsync<MetadataRequest, MetadataResponse>(client, new() { Topics = [new() { Name = "t" }] }, 12)).Topics);

        var byId = Assert.Single((await AskAsync<MetadataRequest, MetadataResponse>(
            client, new() { Topics = [new() { Name = name, TopicId = byName.TopicId }] }, 12)).Topics);

        Assert.Equal(((short)ErrorCode.None, "t", byName.TopicId, 3), (byId.ErrorCode, byId.Name, byId.TopicId, byId.Partitions.Count));
    }

    [Theory]
    [InlineData(Topic, "c")]
    [InlineData(Broker, "1")]
    public async Task Configs_say_what_they_do_where_that_is_asked_for(sbyte kind, string name)
    {
        await _broker.CreateTopicAsync("c");
        await _broker.AllowAsync("ANONYMOUS", Confluent.Kafka.Admin.ResourceType.Topic, "c", Confluent.Kafka.Admin.AclOperation.DescribeConfigs);
        await _broker.AllowAsync(
            "ANONYMOUS", Confluent.Kafka.Admin.ResourceType.Broker, "kafka-cluster", Confluent.Kafka.Admin.AclOperation.DescribeConfigs,
            Confluent.Kafka.Admin.ResourcePatternType.Literal);
        using var client = await ConnectAsync(sasl: false);
        async Task<IReadOnlyList<DescribeConfigsResponse.DescribeConfigsResourceResult>> DescribeAsync(bool documented) =>
            (await AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(client, new()
            {
                Resources = [new() { ResourceType = kind, ResourceName = name, ConfigurationKeys = null }],
                IncludeDocumentation = documented,
            }, 4)).Results[0].Configs;

        Assert.All(await DescribeAsync(documented: true), config => Assert.EndsWith(".", config.Documentation, StringComparison.Ordinal));
        Assert.All(await DescribeAsync(documented: false), config => Assert.Null(config.Documentation));
        Assert.NotEmpty(await DescribeAsync(documented: true));
    }

    /// <summary>Nothing of the batch is taken, and its producer learns which records to leave out (KIP-467).</summary>
    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    public async Task Batch_with_bad_records_is_refused_by_naming_them(CompressionCodec codec)
    {
        await _broker.CreateTopicAsync("c", configs: ("cleanup.policy", "compact"));
        await _broker.AllowAsync("ANONYMOUS", Confluent.Kafka.Admin.ResourceType.Topic, "c", Confluent.Kafka.Admin.AclOperation.Write);
        var batch = new RecordBatchBuilder { Codec = codec };
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 100; i++)
        {
            batch.Add(now, i % 10 == 3 ? null : [(byte)i], [1]);
        }

        using var client = await ConnectAsync(sasl: false);
        var answer = await AskAsync<ProduceRequest, ProduceResponse>(
            client, new() { Acks = -1, TimeoutMs = 1_000, TopicData = [new() { Name = "c", PartitionData = [new() { Index = 0, Records = batch.Build() }] }] }, 11);

        var partition = answer.Responses[0].PartitionResponses[0];
        Assert.Equal((short)ErrorCode.InvalidRecord, partition.ErrorCode);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i * 10) + 3), partition.RecordErrors.Select(e => e.BatchIndex));
        Assert.Equal(0, _broker.Consumer("g").QueryWatermarkOffsets(new Confluent.Kafka.TopicPartition("c", 0), Patience.Usual).High.Value);
    }

    [Fact]
    public async Task Version_that_is_not_served_closes_the_connection()
    {
        using var client = await ConnectAsync(sasl: false);
        await client.SendAsync(Frame(ApiKey.Metadata, 14, w => w.WriteRaw([0, 0, 0, 0])), Cancel);

        Assert.Equal(0, await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Requests_sent_at_once_are_answered_in_their_order()
    {
        using var client = await ConnectAsync(sasl: false);
        var all = Enumerable.Range(0, 50).SelectMany(i => Frame(ApiKey.ApiVersions, 0, _ => { }, correlation: i)).ToArray();
        await client.SendAsync(all, Cancel);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian((await ReadFrameAsync(client, keepCorrelation: true))));
        }
    }

    [Fact]
    public async Task Fetch_session_id_that_nobody_gave_out_is_not_found()
    {
        using var client = await ConnectAsync(sasl: false);
        await client.SendAsync(
            Frame(ApiKey.Fetch, 11, w => new FetchRequest { SessionId = 7, SessionEpoch = 3, MinBytes = 1 }.Write(w, 11)), Cancel);

        Assert.Equal((short)ErrorCode.FetchSessionIdNotFound, Parse<FetchResponse>(await ReadFrameAsync(client), 11).ErrorCode);
    }

    private async Task<Socket> ConnectAsync(bool sasl)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync((sasl ? _broker.Broker.SaslEndpoint : _broker.Broker.PlainEndpoint)!, Cancel);
        return socket;
    }

    private static async Task<ApiVersionsResponse> ApiVersionsAsync(Socket client, short version)
    {
        await client.SendAsync(Frame(ApiKey.ApiVersions, version, w => new ApiVersionsRequest { ClientSoftwareName = version >= 3 ? "t" : "" }.Write(w, version)), Cancel);
        return Parse<ApiVersionsResponse>(await ReadFrameAsync(client), version);
    }

    /// <summary>Bytes until the broker closes; a reset counts as closing.</summary>
    private static async Task<int> ReadToEndAsync(Socket client)
    {
        var total = 0;
        var bytes = new byte[1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience.Usual);
        try
        {
            while (await client.ReceiveAsync(bytes, limit.Token) is > 0 and var received)
            {
                total += received;
            }
        }
        catch (SocketException)
        {
            return total;
        }

        return total;
    }
}
