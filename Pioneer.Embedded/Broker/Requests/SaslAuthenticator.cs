using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Leads a session through handshake and authentication, again where sessions are limited (KIP-368).</summary>
internal sealed class SaslAuthenticator(CredentialLookup credentials, TimeSpan maxSession, TimeProvider time)
{
    /// <summary>Agrees on a mechanism.</summary>
    public ErrorCode Handshake(Session session, string mechanism, bool rawTokens)
    {
        if (!session.NeedsSasl || session.State is SessionState.Authenticating)
        {
            return ErrorCode.IllegalSaslState;
        }

        if (session.IsAuthenticated && session.Mechanism != mechanism)
        {
            session.CloseAfterResponse = true;
            return ErrorCode.IllegalSaslState;
        }

        session.Exchange = SaslExchange.Start(mechanism, credentials);
        if (session.Exchange is null)
        {
            session.CloseAfterResponse = true;
            return ErrorCode.UnsupportedSaslMechanism;
        }

        session.Mechanism = mechanism;
        session.State = rawTokens ? SessionState.AuthenticatingRaw : SessionState.Authenticating;
        return ErrorCode.None;
    }

    /// <summary>Takes the next token. The lifetime is that of the session in ms once the client is signed in, else 0.</summary>
    public (ErrorCode Error, string? Message, byte[] Token, long LifetimeMs) Authenticate(Session session, ReadOnlySpan<byte> token)
    {
        if (session.Exchange is null || session.State is not (SessionState.Authenticating or SessionState.AuthenticatingRaw))
        {
            session.CloseAfterResponse = true;
            return (ErrorCode.IllegalSaslState, "SaslAuthenticate request received without SaslHandshake", [], 0);
        }

        var step = session.Exchange.Next(token);
        if (step.Error is null && step.User is { } user && session.IsAuthenticated && user != session.Principal.Name)
        {
            step = SaslStep.Failed("Cannot change principals during re-authentication");
        }

        if (step.Error is { } error)
        {
            session.CloseAfterResponse = true;
            return (ErrorCode.SaslAuthenticationFailed, error, [], 0);
        }

        if (step.User is not null)
        {
            session.SignIn(step.User, maxSession > TimeSpan.Zero ? time.GetUtcNow() + maxSession : null);
            return (ErrorCode.None, null, step.Token, (long)maxSession.TotalMilliseconds);
        }

        return (ErrorCode.None, null, step.Token, 0);
    }

    /// <summary>Takes a bare token after SaslHandshake v0; a failure has no answer but the closed connection.</summary>
    public bool AuthenticateRaw(Session session, ReadOnlySpan<byte> token, ProtocolWriter writer)
    {
        var (error, _, answer, _) = Authenticate(session, token);
        if (error != ErrorCode.None)
        {
            return false;
        }

        writer.WriteRaw(answer);
        return true;
    }
}
