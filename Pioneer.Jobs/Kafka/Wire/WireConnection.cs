using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>
/// A connection to one broker that speaks the protocol directly, one request at a time. Not safe to share between threads. Whatever goes wrong
/// is an <see cref="IOException"/>, an <see cref="InvalidDataException"/> or the caller's cancellation, and ends it.
/// </summary>
internal sealed class WireConnection : IDisposable
{
    /// <summary>Quotas of a hundred thousand principals are about a tenth of this.</summary>
    private const int MaxResponseBytes = 64 * 1024 * 1024;

    private const string ClientId = "pioneer";

    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private int _correlation;

    private WireConnection(TcpClient tcp, Stream stream) => (_tcp, _stream) = (tcp, stream);

    /// <summary>Ranges of versions that the broker speaks, by request; without those that it does not know.</summary>
    public ImmutableDictionary<short, (short Min, short Max)> Versions { get; private set; } = ImmutableDictionary<short, (short, short)>.Empty;

    /// <summary>Connects, asks for the versions and, with SASL, signs in.</summary>
    public static async Task<WireConnection> OpenAsync(string host, int port, KafkaOptions options, CancellationToken ct)
    {
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            await tcp.ConnectAsync(host, port, ct);
            var stream = options.UsesTls ? await SecureAsync(tcp.GetStream(), host, options, ct) : tcp.GetStream();
            var connection = new WireConnection(tcp, stream);
            await connection.ReadVersionsAsync(ct);
            if (options.UsesSasl)
            {
                await WireSignIn.RunAsync(connection, options, ct);
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

    /// <summary>The highest version up to <paramref name="highest"/> that both sides speak; null where the broker does not know the request.</summary>
    public short? VersionOf(WireApi api, short highest) =>
        Versions.TryGetValue((short)api, out var range) && range.Min <= highest ? Math.Min(range.Max, highest) : null;

    /// <summary>Sends a request in just this flexible version. <see cref="KafkaRequestException"/> where the broker does not speak it.</summary>
    public Task<WireReader> SendAsync(string action, WireApi api, short version, Action<WireWriter> body, CancellationToken ct) =>
        VersionOf(api, version) == version
            ? SendAsync(api, version, flexible: true, body, ct)
            : throw new KafkaRequestException(action, ErrorCode.UnsupportedVersion, $"the brokers do not know version {version} of {api} (Apache Kafka 3.0)");

    /// <summary>Sends a request and reads its answer, the header already passed.</summary>
    public async Task<WireReader> SendAsync(WireApi api, short version, bool flexible, Action<WireWriter> body, CancellationToken ct)
    {
        var request = new WireWriter { Flexible = flexible };
        request.Int32(0);
        request.Int16((short)api);
        request.Int16(version);
        request.Int32(++_correlation);
        request.HeaderString(ClientId);
        request.EndStruct();
        body(request);
        var bytes = request.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        await _stream.WriteAsync(bytes, ct);
        await _stream.FlushAsync(ct);

        var answer = new WireReader(await ReadFrameAsync(ct)) { Flexible = flexible };
        var correlation = answer.Int32();
        if (correlation != _correlation)
        {
            throw new InvalidDataException($"the answer is to request {correlation}, not to {_correlation}");
        }

        answer.EndStruct();
        return answer;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private static async Task<Stream> SecureAsync(Stream inner, string host, KafkaOptions options, CancellationToken ct)
    {
        var tls = new SslStream(inner);
        var settings = new SslClientAuthenticationOptions { TargetHost = host };
        if (options.SslCaLocation is { Length: > 0 } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            settings.CertificateChainPolicy = policy;
        }

        try
        {
            await tls.AuthenticateAsClientAsync(settings, ct);
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
        var answer = await SendAsync(WireApi.ApiVersions, 0, flexible: false, _ => { }, ct);
        var error = answer.Int16();
        if (error != 0)
        {
            throw new InvalidDataException($"the broker does not say which versions it speaks (error {error})");
        }

        Versions = answer.Array(reader => (Key: reader.Int16(), Range: (reader.Int16(), reader.Int16())))
            .DistinctBy(api => api.Key).ToImmutableDictionary(api => api.Key, api => api.Range);
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
