namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>The source did not answer within the attempts its configuration allows; fails a task that never reached it, unless nothing was thrown by the source itself.</summary>
internal sealed class SourceUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
