using Pioneer.Kafka.Protocol;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>One request: its header, its sender, and what has to be given back once the answer is written.</summary>
internal sealed class RequestContext(RequestHeader header, Session session) : IDisposable
{
    private List<IDisposable>? _held;

    public RequestHeader Header { get; } = header;

    public short Version => Header.Version;

    public Session Session { get; } = session;

    public Principal Principal => Session.Principal;

    /// <summary>How long the sender's next request is left unread, because it is over its quota (KIP-219).</summary>
    public TimeSpan Throttle { get; set; }

    /// <summary>Keeps a buffer alive until the answer that refers to it is written.</summary>
    public void Hold(IDisposable buffer) => (_held ??= []).Add(buffer);

    public void Dispose()
    {
        foreach (var buffer in _held ?? [])
        {
            buffer.Dispose();
        }

        _held = null;
    }
}
