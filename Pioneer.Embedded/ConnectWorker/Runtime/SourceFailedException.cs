namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>The source answered with a failure that comes again until somebody mends something; fails the task at once.</summary>
/// <param name="javaName">The class that JDBC has for it, which the trace begins with: whoever reads traces of Kafka Connect knows it.</param>
internal sealed class SourceFailedException(string javaName, string message, Exception inner) : Exception($"{javaName}: {message}", inner);
