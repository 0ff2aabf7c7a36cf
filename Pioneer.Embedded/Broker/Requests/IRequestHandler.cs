using Pioneer.Embedded.Broker.Network;
using Pioneer.Kafka.Protocol;

namespace Pioneer.Embedded.Broker.Requests;

/// <summary>Serves one API.</summary>
internal interface IRequestHandler
{
    ApiKey ApiKey { get; }

    /// <summary>Reads the body and answers it; null when the protocol wants no answer.</summary>
    ValueTask<IMessage?> HandleAsync(RequestContext context, ref ProtocolReader body, CancellationToken cancellationToken);
}

/// <summary>A handler that may wait.</summary>
internal abstract class AsyncRequestHandler<TRequest> : IRequestHandler
    where TRequest : IMessage<TRequest>
{
    public ApiKey ApiKey => TRequest.ApiKey;

    public ValueTask<IMessage?> HandleAsync(RequestContext context, ref ProtocolReader body, CancellationToken cancellationToken) =>
        HandleAsync(context, TRequest.Read(ref body, context.Version), cancellationToken);

    protected abstract ValueTask<IMessage?> HandleAsync(RequestContext context, TRequest request, CancellationToken cancellationToken);
}

/// <summary>A handler that answers at once.</summary>
internal abstract class RequestHandler<TRequest> : IRequestHandler
    where TRequest : IMessage<TRequest>
{
    public ApiKey ApiKey => TRequest.ApiKey;

    public ValueTask<IMessage?> HandleAsync(RequestContext context, ref ProtocolReader body, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Handle(context, TRequest.Read(ref body, context.Version)));

    protected abstract IMessage? Handle(RequestContext context, TRequest request);
}
