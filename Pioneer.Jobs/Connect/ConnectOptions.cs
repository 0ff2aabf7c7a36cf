namespace Pioneer.Jobs.Connect;

/// <summary>Section <c>Connect</c>: where the Kafka Connect REST API is, and how to sign in to it.</summary>
public sealed class ConnectOptions
{
    public const string Section = "Connect";

    public string Url { get; set; } = "";

    /// <summary>User of Basic authentication, sent to the origin of <see cref="Url"/> and nowhere else; null or empty where the worker asks for none.</summary>
    public string? Username { get; set; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    public string? Password { get; set; }
}
