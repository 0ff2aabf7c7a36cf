#!/usr/bin/env bash
# librdkafka (Confluent.Kafka 2.16.0) tells a broker that goes away while a client signs in with the code of a refused sign-in.
#
# What one would expect: RD_KAFKA_RESP_ERR__AUTHENTICATION (Confluent.Kafka: Local_Authentication) says that the broker does not take the credential, and a connection that
# ends says RD_KAFKA_RESP_ERR__TRANSPORT, as it does one step earlier, while versions are asked for.
#
# What happens: from the SASL handshake on, whatever ends the connection is told as Local_Authentication. Only the words differ: 'failed: Local: Broker transport failure' beside
# the broker's own error. The first is over with the next connection, the second lasts.
#
# What it means: brokers that restart one by one under SASL meet some client in the middle of its sign-in. A program that stops, pages somebody or rotates a secret at
# Local_Authentication does so at a rolling restart. Wait for the error to come again from brokers that answer, or look for the words of a local failure.
#
# Versions: Confluent.Kafka 2.16.0 with the librdkafka it brings; the broker below answers versions and the handshake, or ends there. Needs the .NET 10 SDK.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > signin.cs <<'CS'
#:package Confluent.Kafka@2.16.0
#:property PublishAot=false
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

const short Handshake = 17, Versions = 18, UnsupportedMechanism = 33, UnsupportedVersion = 35;

var gone = await FirstErrorAsync(api => api == Versions);
var refused = await FirstErrorAsync(_ => true);
Console.WriteLine($"it went away: {gone.Code}, fatal {gone.IsFatal}: {Cut(gone.Reason)}");
Console.WriteLine($"it refused:   {refused.Code}, fatal {refused.IsFatal}: {Cut(refused.Reason)}");
return gone.Code == ErrorCode.Local_Authentication && refused.Code == ErrorCode.Local_Authentication
    && gone.Reason.Contains("failed: Local: Broker transport failure") && !refused.Reason.Contains("failed: Local: ") ? 0 : 1;

static string Cut(string reason) => reason[(reason.IndexOf("bootstrap: ", StringComparison.Ordinal) + 11)..reason.IndexOf(" (after", StringComparison.Ordinal)];

// a broker that answers some requests and ends the connection at the others
static async Task<Error> FirstErrorAsync(Func<short, bool> answers)
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    using var stop = new CancellationTokenSource();
    _ = Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            var connection = await listener.AcceptTcpClientAsync(stop.Token);
            _ = Task.Run(() => ServeAsync(connection, answers));
        }
    });
    var first = new TaskCompletionSource<Error>();
    var config = new AdminClientConfig
    {
        BootstrapServers = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", SecurityProtocol = SecurityProtocol.SaslPlaintext,
        SaslMechanism = SaslMechanism.ScramSha512, SaslUsername = "somebody", SaslPassword = "secret",
    };
    using var client = new AdminClientBuilder(config).SetLogHandler((_, _) => { })
        .SetErrorHandler((_, error) => { if (error.Code is not ErrorCode.Local_AllBrokersDown) { first.TrySetResult(error); } }).Build();
    var error = await first.Task.WaitAsync(TimeSpan.FromSeconds(60));
    await stop.CancelAsync();
    return error;
}

static async Task ServeAsync(TcpClient connection, Func<short, bool> answers)
{
    using (connection)
    {
        var stream = connection.GetStream();
        var size = new byte[4];
        while (await stream.ReadAtLeastAsync(size, 4, throwOnEndOfStream: false) == 4)
        {
            var request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
            await stream.ReadExactlyAsync(request);
            var (api, version) = (BinaryPrimitives.ReadInt16BigEndian(request), BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2)));
            if (!answers(api))
            {
                return;
            }

            byte[] body = (api, version) switch
            {
                (Versions, > 0) => [0, (byte)UnsupportedVersion, 0, 0, 0, 0],
                (Versions, _) => [0, 0, 0, 0, 0, 2, 0, (byte)Handshake, 0, 0, 0, 1, 0, (byte)Versions, 0, 0, 0, 0],
                _ => [0, (byte)UnsupportedMechanism, 0, 0, 0, 1, 0, 5, .. "PLAIN"u8],
            };
            byte[] answer = [0, 0, 0, (byte)(4 + body.Length), .. request[4..8], .. body];
            await stream.WriteAsync(answer);
        }
    }
}
CS
dotnet run signin.cs || { echo "changed: the client no longer does so"; exit 1; }
echo "as described: one code for both, other words"
# seen on 2026-11-30:
#   it went away: Local_Authentication, fatal False: SASL SCRAM-SHA-512 mechanism handshake failed: Local: Broker transport failure: broker's supported mechanisms: (n/a)
#   it refused:   Local_Authentication, fatal False: SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN
