using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>An answer and the version that its body is written in.</summary>
internal readonly record struct Response(IMessage Body, short Version);

/// <summary>
/// Finds the handler of a request by its API key. What is not served closes the connection, as Kafka does, except ApiVersions of an unknown
/// version, which is answered with version 0 so that the client can try again.
/// </summary>
internal sealed class RequestDispatcher(IEnumerable<IRequestHandler> handlers, SaslAuthenticator authenticator, TimeProvider time)
{
    private readonly Dictionary<ApiKey, IRequestHandler> _handlers = handlers.ToDictionary(h => h.ApiKey);

    /// <summary>Reads the header of a frame.</summary>
    public static RequestHeader ReadHeader(ReadOnlyMemory<byte> frame)
    {
        var reader = new ProtocolReader(frame);
        return RequestHeader.Read(ref reader);
    }

    /// <summary>Handles one request; null when it wants no answer.</summary>
    /// <exception cref="ProtocolException">It is malformed, not served, or out of turn: the connection is to be closed.</exception>
    public ValueTask<Response?> DispatchAsync(RequestContext context, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var reader = new ProtocolReader(frame);
        var header = RequestHeader.Read(ref reader);
        if (ApiCatalogue.Find(header.Key) is not { } range || !_handlers.TryGetValue(range.Key, out var handler))
        {
            throw new ProtocolException($"API {header.Key} is not served");
        }

        CheckTurn(context.Session, range.Key);
        if (!range.Serves(header.Version))
        {
            return range.Key == ApiKey.ApiVersions
                ? ValueTask.FromResult<Response?>(new Response(ApiVersionsHandler.UnsupportedVersion(), 0))
                : throw new ProtocolException($"{range.Key} version {header.Version} is not served, {range.First} to {range.Last} are");
        }

        return AnswerAsync(handler.HandleAsync(context, ref reader, cancellationToken), header.Version);
    }

    /// <summary>Takes a bare SASL token; false when there is nothing to answer.</summary>
    public bool AuthenticateRaw(Session session, ReadOnlyMemory<byte> token, ProtocolWriter writer) =>
        authenticator.AuthenticateRaw(session, token.Span, writer);

    private static async ValueTask<Response?> AnswerAsync(ValueTask<IMessage?> handling, short version) =>
        await handling is { } body ? new Response(body, version) : null;

    private void CheckTurn(Session session, ApiKey key)
    {
        var authenticating = key is ApiKey.SaslHandshake or ApiKey.SaslAuthenticate;
        if (session.State != SessionState.Ready && key != ApiKey.ApiVersions && !authenticating)
        {
            throw new ProtocolException($"{key} before authentication");
        }

        if (session.Expires is { } expires && !authenticating && time.GetUtcNow() >= expires)
        {
            throw new ProtocolException($"the session of {session.Principal.Name} has expired and was not authenticated again");
        }
    }
}
