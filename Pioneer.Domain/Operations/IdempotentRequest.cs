namespace Pioneer.Domain.Operations;

/// <summary>The answer to a POST that carried an idempotency key: the same key from the same actor gets the same answer for a day.</summary>
public sealed class IdempotentRequest
{
    public required string ActorId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of method, path and body, hex: a key used again for something else is refused.</summary>
    public required string RequestHash { get; init; }

    /// <summary>HTTP status of the stored answer; 0 while the first request is still at work.</summary>
    public int Status { get; set; }

    /// <summary>Body of the stored answer, protected: it may hold a password shown once.</summary>
    public string? ProtectedBody { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
