using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Tests.Jobs;

/// <summary>
/// A broker of which a test says the bytes: for the versions and the faults that no real broker can be asked for. With a certificate it speaks TLS.
/// </summary>
/// <param name="answer">From a request's key and version to the answer's bytes after the correlation id; null closes the connection.</param>
internal sealed class ScriptedBroker(Func<short, short, byte[]?> answer, X509Certificate2? certificate = null) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Connections taken so far.</summary>
    public int Connections { get; private set; }

    public ScriptedBroker Start()
    {
        _listener.Start();
        _serving = ServeAsync();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    /// <summary>The answer to ApiVersions, version 0.</summary>
    public static byte[] Ranges(params (short Api, short Min, short Max)[] ranges)
    {
        var bytes = new byte[6 + (6 * ranges.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2), ranges.Length);
        for (var index = 0; index < ranges.Length; index++)
        {
            var at = bytes.AsSpan(6 + (6 * index));
            BinaryPrimitives.WriteInt16BigEndian(at, ranges[index].Api);
            BinaryPrimitives.WriteInt16BigEndian(at[2..], ranges[index].Min);
            BinaryPrimitives.WriteInt16BigEndian(at[4..], ranges[index].Max);
        }

        return bytes;
    }

    /// <summary>An answer in a flexible version, after the correlation id: the header's tagged fields, then the body.</summary>
    public static byte[] Answer(IMessage response, short version)
    {
        using var writer = new ProtocolWriter();
        writer.WriteUnsignedVarint(0);
        response.Write(writer, version);
        return writer.Written.ToArray();
    }

    /// <summary>An authority for one name, and its certificate.</summary>
    public static X509Certificate2 Certificate(string address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test broker", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                open.Add(ServeAsync(client));
            }
        }
        finally
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await ServeAsync(client.GetStream());
            }
            catch (Exception ended) when (ended is IOException or System.Security.Authentication.AuthenticationException)
            {
                // the client left, as it should
            }
        }
    }

    private async Task ServeAsync(Stream stream)
    {
        await using var tls = certificate is null ? null : new SslStream(stream);
        if (tls is not null)
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
        }

        var wire = tls ?? stream;
        while (true)
        {
            var size = new byte[sizeof(int)];
            await wire.ReadExactlyAsync(size, _stop.Token);
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
            await wire.ReadExactlyAsync(request, _stop.Token);
            if (answer(BinaryPrimitives.ReadInt16BigEndian(request), BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2))) is not { } body)
            {
                return;
            }

            var frame = new byte[8 + body.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, 4 + body.Length);
            request.AsSpan(4, 4).CopyTo(frame.AsSpan(4));
            body.CopyTo(frame.AsSpan(8));
            await wire.WriteAsync(frame, _stop.Token);
        }
    }
}
