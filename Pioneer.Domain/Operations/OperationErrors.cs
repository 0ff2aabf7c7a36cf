namespace Pioneer.Domain.Operations;

/// <summary>What can go wrong with steering operations.</summary>
public static class OperationErrors
{
    /// <summary>Too late to cancel.</summary>
    public static readonly Error Ended = Error.Conflict("OperationEnded", "The operation has ended.");
}
