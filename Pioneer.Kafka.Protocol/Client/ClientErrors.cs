namespace Pioneer.Kafka.Protocol.Client;

/// <summary>What librdkafka says of a sign-in that failed.</summary>
public static class ClientErrors
{
    /// <summary>
    /// Whether the connection ended or timed out while it signed in. librdkafka 2.16 tells that with the code of a refused sign-in
    /// (<c>RD_KAFKA_RESP_ERR__AUTHENTICATION</c>) and gives its own error in the words; the brokers' refusal has theirs.
    /// </summary>
    /// <param name="reason">The error's words, such as 'SASL authentication error: SaslAuthenticateRequest failed: Local: Broker transport failure'.</param>
    public static bool EndedWhileSigningIn(string reason) => reason.Contains("failed: Local: ", StringComparison.Ordinal);
}
