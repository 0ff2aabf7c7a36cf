namespace Pioneer.Jobs.Connect;

/// <summary>Section <c>Connect</c>: where the Kafka Connect REST API is.</summary>
public sealed class ConnectOptions
{
    public const string Section = "Connect";

    public string Url { get; set; } = "";
}
