using Pioneer.Embedded.Connect;

namespace Pioneer.Embedded;

/// <summary>
/// The host's config provider for a worker that starts before its host has built one: whoever asks earlier waits for <see cref="Attach"/>.
/// </summary>
internal sealed class LateConfigProvider : IConfigProvider
{
    private readonly TaskCompletionSource<IConfigProvider?> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => EmbeddedPlatformExtensions.SecretProvider;

    public void Attach(IConfigProvider? host) => _host.TrySetResult(host);

    public async Task<string> GetAsync(string path, string key, CancellationToken cancellationToken) =>
        await _host.Task.WaitAsync(cancellationToken) is { } host
            ? await host.GetAsync(path, key, cancellationToken)
            : throw new KeyNotFoundException("this host keeps no secrets.");
}
