namespace Pioneer.Sources;

/// <summary>Why an address cannot be used: a stable code for programs, one sentence for a person, and the way out where it is known.</summary>
public sealed record AddressProblem(string Code, string Message, string? Hint = null)
{
    internal static AddressProblem Malformed(string message, string hint) => new("ConnectionUrlMalformed", message, hint);
}
