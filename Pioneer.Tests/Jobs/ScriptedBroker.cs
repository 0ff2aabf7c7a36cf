using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

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
        while (!_stop.IsCancellationRequested)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Connections++;
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
