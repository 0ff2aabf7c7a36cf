using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Kafka.Protocol.Client;

/// <summary>Signs a connection in by PLAIN or SCRAM.</summary>
internal static class SignIn
{
    private const string Plain = "PLAIN", ScramSha256 = "SCRAM-SHA-256";

    // Version 0 of SaslAuthenticate: later ones announce that we would sign in again on the same connection, and we just open another.
    private const short HandshakeVersion = 1, AuthenticateVersion = 0;

    public static async Task RunAsync(BrokerConnection connection, SaslSignIn who, CancellationToken ct)
    {
        await ChooseMechanismAsync(connection, who, ct);
        if (who.Mechanism == Plain)
        {
            await ExchangeAsync(connection, Encoding.UTF8.GetBytes($"\0{who.User}\0{who.Password}"), who.User, ct);
            return;
        }

        var scram = new ScramClient(who.Mechanism == ScramSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, who.User, who.Password);
        var challenge = await ExchangeAsync(connection, scram.First(), who.User, ct);
        scram.Verify(await ExchangeAsync(connection, scram.Final(challenge), who.User, ct));
    }

    private static async Task ChooseMechanismAsync(BrokerConnection connection, SaslSignIn who, CancellationToken ct)
    {
        var request = new SaslHandshakeRequest { Mechanism = who.Mechanism };
        var answer = await connection.SendExactlyAsync<SaslHandshakeResponse>(request, HandshakeVersion, ct);
        if (answer.ErrorCode != 0)
        {
            throw new SignInRefusedException(who.User, $"the brokers take {string.Join(", ", answer.Mechanisms)}, not {who.Mechanism}");
        }
    }

    private static async Task<byte[]> ExchangeAsync(BrokerConnection connection, byte[] token, string user, CancellationToken ct)
    {
        var request = new SaslAuthenticateRequest { AuthBytes = token };
        var answer = await connection.SendExactlyAsync<SaslAuthenticateResponse>(request, AuthenticateVersion, ct);
        return answer.ErrorCode == 0
            ? answer.AuthBytes.ToArray()
            : throw new SignInRefusedException(user, answer.ErrorMessage ?? $"error {answer.ErrorCode}");
    }
}
