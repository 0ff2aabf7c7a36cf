namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>A refusal with ksqlDB's error code (the HTTP status is the code divided by 100).</summary>
internal sealed class KsqlException(int code, string message, string? statement = null) : Exception(message)
{
    /// <summary>ksqlDB's error code, such as 40001.</summary>
    public int Code { get; } = code;

    /// <summary>The statement at fault; null where the request is.</summary>
    public string? Statement { get; } = statement;

    /// <summary>A statement that cannot be carried out.</summary>
    public static KsqlException BadStatement(string message, string statement) => new(ErrorCodes.BadStatement, message, statement);

    /// <summary>A request that makes no sense.</summary>
    public static KsqlException BadRequest(string message) => new(ErrorCodes.BadRequest, message);
}

/// <summary>ksqlDB's error codes.</summary>
internal static class ErrorCodes
{
    public const int BadRequest = 40000;
    public const int BadStatement = 40001;
    public const int QueryEndpoint = 40002;
    public const int Unauthorized = 40100;
    public const int KafkaAuthorizationFailed = 40301;
    public const int NotFound = 40400;
    public const int ServerError = 50000;
    public const int ServerNotReady = 50302;
}
