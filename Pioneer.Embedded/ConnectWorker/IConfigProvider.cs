namespace Pioneer.Embedded.Connect;

/// <summary>
/// Kafka Connect's config provider, in process: where the values are that a connector's configuration names by <c>${provider:path:key}</c>.
/// Asked whenever a task begins, so that the value itself stands in no topic, answer or log.
/// </summary>
public interface IConfigProvider
{
    /// <summary>The provider's name in a reference.</summary>
    string Name { get; }

    /// <summary>The value of a key under a path.</summary>
    /// <exception cref="KeyNotFoundException">There is no such value, and asking again will not change that; the message says why.</exception>
    Task<string> GetAsync(string path, string key, CancellationToken cancellationToken);
}
