namespace Pioneer.Embedded.Connect.Rest;

/// <summary>A call that is answered with an HTTP status and <c>{"error_code","message"}</c>, as Kafka Connect does.</summary>
internal sealed class ConnectRestException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static ConnectRestException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static ConnectRestException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>Connect has three ways to say that there is no such connector; this is the one of questions and deletions.</summary>
    public static ConnectRestException NoConnector(string name) => NotFound($"Connector {name} not found");
}
