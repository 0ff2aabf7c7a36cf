namespace Pioneer.Embedded.Broker.Security;

/// <summary>Who sends a request, and from where.</summary>
/// <param name="Name">The user's name without <c>User:</c>.</param>
/// <param name="Host">The client's address.</param>
public sealed record Principal(string Name, string Host)
{
    /// <summary>The name of those who did not sign in.</summary>
    public const string AnonymousName = "ANONYMOUS";

    /// <summary>The form that ACLs name.</summary>
    public string AclName { get; } = "User:" + Name;
}
