using System.Security.Cryptography;
using System.Text;
using Pioneer.Embedded.Broker.Security;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerSecurity;

public sealed class ScramTests
{
    /// <summary>The example of RFC 7677, section 3.</summary>
    [Fact]
    public void Scram_sha_256_follows_the_example_of_RFC_7677()
    {
        var credential = ScramCredential.FromPassword(ScramMechanism.Sha256, "pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        var exchange = new ScramExchange(ScramMechanism.Sha256, (_, _) => credential, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");

        var first = exchange.Next("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"u8);
        var final = exchange.Next(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="u8);

        Assert.Equal("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", Encoding.UTF8.GetString(first.Token));
        Assert.Equal("user", final.User);
        Assert.Equal("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Encoding.UTF8.GetString(final.Token));
    }

    [Theory]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=aHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqOother,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=")]
    [InlineData("")]
    public void Scram_refuses_a_final_message_that_is_not_as_agreed(string final)
    {
        var credential = ScramCredential.FromPassword(ScramMechanism.Sha256, "pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        var exchange = new ScramExchange(ScramMechanism.Sha256, (_, _) => credential, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        exchange.Next("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"u8);

        var step = exchange.Next(Encoding.UTF8.GetBytes(final));

        Assert.Null(step.User);
        Assert.NotNull(step.Error);
    }

    /// <summary>librdkafka before 2.6.1 sends its nonce twice in the final message; kcat of current distributions is built with one of those.</summary>
    [Fact]
    public void Scram_accepts_the_doubled_nonce_of_old_librdkafka_with_a_proof_over_it()
    {
        var salt = new byte[16];
        var credential = ScramCredential.FromPassword(ScramMechanism.Sha512, "pencil", salt, 4096);
        var exchange = new ScramExchange(ScramMechanism.Sha512, (_, _) => credential, "server");
        var first = Encoding.UTF8.GetString(exchange.Next("n,,n=user,r=client"u8).Token);
        const string withoutProof = "c=biws,r=clientclientserver";
        var proof = Proof("pencil", salt, $"n=user,r=client,{first},{withoutProof}");

        Assert.Equal("user", exchange.Next(Encoding.UTF8.GetBytes($"{withoutProof},p={proof}")).User);
    }

    private static string Proof(string password, byte[] salt, string authMessage)
    {
        var clientKey = HMACSHA512.HashData(ScramCredential.SaltPassword(ScramMechanism.Sha512, password, salt, 4096), "Client Key"u8);
        var signature = HMACSHA512.HashData(SHA512.HashData(clientKey), Encoding.UTF8.GetBytes(authMessage));
        return Convert.ToBase64String([.. clientKey.Zip(signature, (key, sign) => (byte)(key ^ sign))]);
    }

    [Fact]
    public void Scram_says_the_same_of_an_unknown_user_and_of_a_wrong_password()
    {
        var credential = ScramCredential.FromPassword(ScramMechanism.Sha512, "right");
        var unknown = new ScramExchange(ScramMechanism.Sha512, (_, _) => null).Next("n,,n=nobody,r=abc"u8);
        var exchange = new ScramExchange(ScramMechanism.Sha512, (_, _) => credential, "def");
        exchange.Next("n,,n=user,r=abc"u8);
        var wrong = exchange.Next(Encoding.UTF8.GetBytes("c=biws,r=abcdef,p=" + Convert.ToBase64String(new byte[64])));

        Assert.Equal(unknown.Error, wrong.Error);
        Assert.NotNull(wrong.Error);
    }

    [Theory]
    [InlineData("\0alice\0secret", "alice")]
    [InlineData("alice\0alice\0secret", "alice")]
    [InlineData("bob\0alice\0secret", null)]
    [InlineData("\0alice\0wrong", null)]
    [InlineData("\0mallory\0secret", null)]
    [InlineData("\0alice\0", null)]
    [InlineData("alice", null)]
    public void Plain_accepts_the_password_of_the_scram_credential_only(string token, string? user)
    {
        var credential = ScramCredential.FromPassword(ScramMechanism.Sha256, "secret");
        var exchange = SaslExchange.Start(SaslMechanisms.Plain, (name, mechanism) => name == "alice" && mechanism == credential.Mechanism ? credential : null)!;

        var step = exchange.Next(Encoding.UTF8.GetBytes(token));

        Assert.Equal(user, step.User);
        Assert.Equal(user is null, step.Error is not null);
    }
}
