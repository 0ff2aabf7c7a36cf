using System.Net;
using Pioneer.Embedded.Broker.Security;

namespace Pioneer.Embedded.Broker.Network;

/// <summary>How far a connection's authentication is.</summary>
internal enum SessionState
{
    /// <summary>Only ApiVersions and SaslHandshake are served.</summary>
    AwaitingHandshake,

    /// <summary>A mechanism is agreed; SaslAuthenticate requests carry its tokens.</summary>
    Authenticating,

    /// <summary>A mechanism is agreed by SaslHandshake v0: the next frames are bare tokens.</summary>
    AuthenticatingRaw,

    /// <summary>Every API is served.</summary>
    Ready,
}

/// <summary>What the broker knows of one connection. Handlers see this and no socket. Used by one request at a time.</summary>
internal sealed class Session(IPEndPoint listener, IPAddress client, bool needsSasl)
{
    /// <summary>The listener the client connected to, which is what metadata tell it to go on with.</summary>
    public IPEndPoint Listener { get; } = listener;

    /// <summary>The client's address as ACLs name it.</summary>
    public string Host { get; } = client.ToString();

    /// <summary>Whether the listener asks for SASL.</summary>
    public bool NeedsSasl { get; } = needsSasl;

    public SessionState State { get; set; } = needsSasl ? SessionState.AwaitingHandshake : SessionState.Ready;

    /// <summary>Who sends; ANONYMOUS until authenticated.</summary>
    public Principal Principal { get; private set; } = new(Principal.AnonymousName, client.ToString());

    /// <summary>The exchange under way.</summary>
    public SaslExchange? Exchange { get; set; }

    /// <summary>The mechanism agreed last; a re-authentication may not change it.</summary>
    public string? Mechanism { get; set; }

    /// <summary>When the session ends unless the client authenticates again; null for never.</summary>
    public DateTimeOffset? Expires { get; private set; }

    /// <summary>Set by a handler whose answer is the last one.</summary>
    public bool CloseAfterResponse { get; set; }

    /// <summary>Whether the client has authenticated at least once.</summary>
    public bool IsAuthenticated => NeedsSasl && Principal.Name != Principal.AnonymousName;

    /// <summary>The client is who it says.</summary>
    public void SignIn(string user, DateTimeOffset? expires)
    {
        Principal = new Principal(user, Host);
        Expires = expires;
        Exchange = null;
        State = SessionState.Ready;
    }
}
