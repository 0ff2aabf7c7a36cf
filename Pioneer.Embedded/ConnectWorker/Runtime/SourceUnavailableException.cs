namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>The source did not answer within the attempts its configuration allows; fails the task.</summary>
internal sealed class SourceUnavailableException(string message, Exception inner) : Exception(message, inner);
