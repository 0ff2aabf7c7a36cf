using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>Signs a connection in as who the options say, by PLAIN or SCRAM.</summary>
internal static class WireSignIn
{
    // Version 0 of SaslAuthenticate: later ones announce that we would sign in again on the same connection, and we just open another.
    private const short AuthenticateVersion = 0;

    public static async Task RunAsync(WireConnection connection, KafkaOptions options, CancellationToken ct)
    {
        var (user, password) = (options.Username ?? "", options.Password ?? "");
        await ChooseMechanismAsync(connection, options.ParsedMechanism, user, ct);
        if (options.ParsedMechanism is SaslMechanism.Plain)
        {
            await ExchangeAsync(connection, Encoding.UTF8.GetBytes($"\0{user}\0{password}"), user, ct);
            return;
        }

        var scram = new ScramClient(
            options.ParsedMechanism is SaslMechanism.ScramSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, user, password);
        var challenge = await ExchangeAsync(connection, scram.First(), user, ct);
        scram.Verify(await ExchangeAsync(connection, scram.Final(challenge), user, ct));
    }

    private static async Task ChooseMechanismAsync(WireConnection connection, SaslMechanism mechanism, string user, CancellationToken ct)
    {
        var name = mechanism switch
        {
            SaslMechanism.Plain => "PLAIN",
            SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
            _ => "SCRAM-SHA-512",
        };
        var answer = await connection.SendAsync(WireApi.SaslHandshake, 1, flexible: false, writer => writer.String(name), ct);
        var error = (ErrorCode)answer.Int16();
        if (error != ErrorCode.NoError)
        {
            throw new KafkaSignInRefusedException(user, $"the brokers take {string.Join(", ", answer.Array(reader => reader.String()))}, not {name}");
        }
    }

    private static async Task<byte[]> ExchangeAsync(WireConnection connection, byte[] token, string user, CancellationToken ct)
    {
        var answer = await connection.SendAsync(WireApi.SaslAuthenticate, AuthenticateVersion, flexible: false, writer => writer.Bytes(token), ct);
        var error = (ErrorCode)answer.Int16();
        var message = answer.NullableString();
        return error == ErrorCode.NoError ? answer.Bytes() : throw new KafkaSignInRefusedException(user, message ?? error.ToString());
    }
}
