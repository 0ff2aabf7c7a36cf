using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Pioneer.Kafka.Protocol.Client;

/// <summary>
/// A connection to one broker, one request at a time. Not safe to share between threads. What goes wrong on the way is an <see cref="IOException"/>,
/// an <see cref="InvalidDataException"/>, a <see cref="ProtocolException"/> or the caller's cancellation, and ends it; a
/// <see cref="SignInRefusedException"/> comes from opening, an <see cref="UnsupportedRequestException"/> before anything is sent.
/// </summary>
public sealed class BrokerConnection : IDisposable
{
    /// <summary>Quotas of a hundred thousand principals are about a tenth of this.</summary>
    private const int MaxResponseBytes = 64 * 1024 * 1024;

    private const string ClientId = "pioneer";

    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private readonly ProtocolWriter _request = new();
    private int _correlation;

    private BrokerConnection(TcpClient tcp, Stream stream) => (_tcp, _stream) = (tcp, stream);

    /// <summary>Ranges of versions that the broker speaks, by request; without those that it does not know.</summary>
    public ImmutableDictionary<short, (short Min, short Max)> Versions { get; private set; } = ImmutableDictionary<short, (short, short)>.Empty;

    /// <summary>Connects, asks for the versions and, where the settings say so, signs in.</summary>
    public static async Task<BrokerConnection> OpenAsync(BrokerEndpoint broker, ConnectionSettings settings, CancellationToken ct)
    {
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            await tcp.ConnectAsync(broker.Host, broker.Port, ct);
            var stream = settings.UsesTls ? await SecureAsync(tcp.GetStream(), broker.Host, settings, ct) : tcp.GetStream();
            var connection = new BrokerConnection(tcp, stream);
            await connection.ReadVersionsAsync(ct);
            if (settings.SignIn is { } who)
            {
                await SignIn.RunAsync(connection, who, ct);
            }

            return connection;
        }
        catch (SocketException refused)
        {
            tcp.Dispose();
            throw new IOException(refused.Message, refused);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    /// <summary>The highest version that both sides speak, none below <paramref name="lowest"/>; null where there is none.</summary>
    public short? VersionOf(ApiKey api, short lowest)
    {
        if (ApiCatalogue.Find((short)api) is not { } ours || !Versions.TryGetValue((short)api, out var theirs))
        {
            return null;
        }

        var version = Math.Min(ours.Last, theirs.Max);
        return version >= Math.Max(lowest, Math.Max(ours.First, theirs.Min)) ? version : null;
    }

    /// <summary>Sends a request in the highest version that both sides speak and reads its answer.</summary>
    /// <param name="lowest">The first version whose answer holds what the caller needs.</param>
    public Task<TResponse> SendAsync<TResponse>(IMessage request, short lowest, CancellationToken ct) where TResponse : IMessage<TResponse> =>
        VersionOf(TResponse.ApiKey, lowest) is { } version
            ? SendExactlyAsync<TResponse>(request, version, ct)
            : throw new UnsupportedRequestException(TResponse.ApiKey, lowest);

    /// <summary>Sends a request in just this version and reads its answer.</summary>
    public async Task<TResponse> SendExactlyAsync<TResponse>(IMessage request, short version, CancellationToken ct) where TResponse : IMessage<TResponse>
    {
        var api = TResponse.ApiKey;
        var isFlexible = ApiCatalogue.Find((short)api) is { } range && version >= range.FlexibleFrom;
        _request.Reset();
        _request.WriteInt32(0);
        new RequestHeader((short)api, version, ++_correlation, ClientId).Write(_request);
        request.Write(_request, version);
        var bytes = _request.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        await _stream.WriteAsync(bytes, ct);
        await _stream.FlushAsync(ct);
        return Read<TResponse>(await ReadFrameAsync(ct), version, isFlexible);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
        _request.Dispose();
    }

    private TResponse Read<TResponse>(byte[] frame, short version, bool isFlexible) where TResponse : IMessage<TResponse>
    {
        var reader = new ProtocolReader(frame);
        var correlation = reader.ReadInt32();
        if (correlation != _correlation)
        {
            throw new InvalidDataException($"the answer is to request {correlation}, not to {_correlation}");
        }

        if (isFlexible && TResponse.ApiKey != ApiKey.ApiVersions)
        {
            reader.SkipTaggedFields();
        }

        return TResponse.Read(ref reader, version);
    }

    private static async Task<Stream> SecureAsync(Stream inner, string host, ConnectionSettings settings, CancellationToken ct)
    {
        var tls = new SslStream(inner);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (settings.AuthorityFile is { Length: > 0 } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            options.CertificateChainPolicy = policy;
        }

        try
        {
            await tls.AuthenticateAsClientAsync(options, ct);
            return tls;
        }
        catch (System.Security.Authentication.AuthenticationException untrusted)
        {
            await tls.DisposeAsync();
            throw new IOException($"the broker's certificate was refused: {untrusted.Message}", untrusted);
        }
    }

    // Version 0: every broker answers it, and its header and body are the plain ones.
    private async Task ReadVersionsAsync(CancellationToken ct)
    {
        var answer = await SendExactlyAsync<ApiVersionsResponse>(new ApiVersionsRequest(), 0, ct);
        if (answer.ErrorCode != 0)
        {
            throw new InvalidDataException($"the broker does not say which versions it speaks (error {answer.ErrorCode})");
        }

        Versions = answer.ApiKeys.DistinctBy(api => api.ApiKey).ToImmutableDictionary(api => api.ApiKey, api => (api.MinVersion, api.MaxVersion));
    }

    private async Task<byte[]> ReadFrameAsync(CancellationToken ct)
    {
        var size = new byte[sizeof(int)];
        await _stream.ReadExactlyAsync(size, ct);
        var length = BinaryPrimitives.ReadInt32BigEndian(size);
        if (length is < sizeof(int) or > MaxResponseBytes)
        {
            throw new InvalidDataException($"an answer of {length} bytes; this is no Kafka broker, or its listener wants TLS");
        }

        var frame = new byte[length];
        await _stream.ReadExactlyAsync(frame, ct);
        return frame;
    }
}
