using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Requests;

internal sealed class SaslHandshakeHandler(SaslAuthenticator authenticator) : RequestHandler<SaslHandshakeRequest>
{
    protected override IMessage Handle(RequestContext context, SaslHandshakeRequest request) => new SaslHandshakeResponse
    {
        ErrorCode = (short)authenticator.Handshake(context.Session, request.Mechanism, rawTokens: context.Version == 0),
        Mechanisms = SaslMechanisms.All,
    };
}

internal sealed class SaslAuthenticateHandler(SaslAuthenticator authenticator) : RequestHandler<SaslAuthenticateRequest>
{
    protected override IMessage Handle(RequestContext context, SaslAuthenticateRequest request)
    {
        var (error, message, token, lifetimeMs) = authenticator.Authenticate(context.Session, request.AuthBytes.Span);
        return new SaslAuthenticateResponse
        {
            ErrorCode = (short)error,
            ErrorMessage = message,
            AuthBytes = token,
            SessionLifetimeMs = lifetimeMs,
        };
    }
}
